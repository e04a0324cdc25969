"""What the old Airflow DAG did, task by task, without Airflow: pandas frames, handed from task to task as JSON text.

Its name keeps `import pandas` from finding this file.
"""

import csv
import glob
import io
import json
import os
import sys
import time
from urllib.parse import unquote, urlparse

import pandas as pd
import psycopg2
import pymysql

COLUMNS = ["sale_id", "product_id", "quantity", "sale_amount", "sale_date"]


def extract_online_sales():
    connection = psycopg2.connect(os.environ["POSTGRES_URL"])
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(COLUMNS)} FROM online_sales")
            frame = pd.DataFrame(cursor.fetchall(), columns=COLUMNS)
    finally:
        connection.close()
    # Decimal has no JSON of its own, and dates would become numbers.
    frame["sale_amount"] = frame["sale_amount"].astype(float)
    frame["sale_date"] = frame["sale_date"].astype("string")
    return frame.to_json(orient="records")


def extract_store_sales():
    paths = sorted(glob.glob(os.path.join(os.environ["INPUT_DIR"], "*.csv")))
    frames = [pd.read_csv(path, on_bad_lines="skip", low_memory=False) for path in paths]
    return pd.concat(frames, ignore_index=True).to_json(orient="records")


def clean(online_json, store_json):
    frames = [pd.read_json(io.StringIO(text), orient="records", convert_dates=False) for text in (online_json, store_json)]
    frame = pd.concat(frames, ignore_index=True)
    rows = len(frame)
    for column in ("sale_id", "product_id", "quantity", "sale_amount"):
        frame[column] = pd.to_numeric(frame[column], errors="coerce")
    frame["sale_date"] = pd.to_datetime(frame["sale_date"], format="%Y-%m-%d", errors="coerce")
    frame = frame.dropna(subset=COLUMNS)
    frame = frame[(frame["quantity"] > 0) & (frame["sale_amount"] > 0)]
    return rows, frame.to_json(orient="records", date_format="iso")


def aggregate(clean_json):
    frame = pd.read_json(io.StringIO(clean_json), orient="records", convert_dates=False)
    frame = frame.astype({"product_id": "int64", "quantity": "int64"})
    summary = frame.groupby("product_id", as_index=False).agg(total_quantity=("quantity", "sum"), total_sale_amount=("sale_amount", "sum"))
    return summary.to_json(orient="records")


def load(summary_json):
    summary = pd.read_json(io.StringIO(summary_json), orient="records").sort_values("product_id")
    rows = [
        (int(product), int(quantity), f"{amount:.2f}")
        for product, quantity, amount in summary[["product_id", "total_quantity", "total_sale_amount"]].itertuples(index=False)
    ]
    url = urlparse(os.environ["MYSQL_URL"])
    connection = pymysql.connect(
        host=url.hostname, port=url.port or 3306, user=unquote(url.username), password=unquote(url.password or ""), database=url.path[1:]
    )
    table = os.environ["TARGET_TABLE"]
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")
            cursor.executemany(f"INSERT INTO {table} (product_id, total_quantity, total_sale_amount) VALUES (%s, %s, %s)", rows)
        connection.commit()
    finally:
        connection.close()
    with open(os.path.join(os.environ["OUTPUT_DIR"], "sales_summary.csv"), "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["product_id", "total_quantity", "total_sale_amount"])
        writer.writerows(rows)


def peak_bytes():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def main():
    started = time.perf_counter()
    used_before = time.process_time()
    stages = {}

    def timed(name, task, *arguments):
        begin = time.perf_counter()
        result = task(*arguments)
        stages[name] = time.perf_counter() - begin
        return result

    online = timed("extract online", extract_online_sales)
    store = timed("extract store", extract_store_sales)
    rows, cleaned = timed("clean", clean, online, store)
    summary = timed("aggregate", aggregate, cleaned)
    timed("load", load, summary)
    figures = {
        "seconds": time.perf_counter() - started,
        "rowsRead": rows,
        "peakBytes": peak_bytes(),
        "processorSeconds": time.process_time() - used_before,
        "stages": stages,
    }
    json.dump(figures, sys.stdout)


main()
