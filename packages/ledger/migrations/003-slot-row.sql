-- The one row of etl_slot; NULL means that the slot is free. A row that is there keeps its value.
INSERT IGNORE INTO etl_slot (id, seq) VALUES (1, NULL);
