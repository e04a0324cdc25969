-- Every run, in the order of seq: this table is also the queue of runs.
-- Runs are found by state, by id and by idempotency key, so that the same key never makes a second run.
CREATE TABLE IF NOT EXISTS etl_runs (
  seq BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  run_id VARCHAR(64) CHARACTER SET ascii NOT NULL UNIQUE,
  idempotency_key VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL UNIQUE,
  state VARCHAR(16) CHARACTER SET ascii NOT NULL,
  epoch INT NOT NULL DEFAULT 1,
  trigger_kind VARCHAR(16) CHARACTER SET ascii NOT NULL,
  triggered_by VARCHAR(255) NOT NULL,
  late BOOLEAN NOT NULL DEFAULT FALSE,
  params JSON NOT NULL,
  report JSON NOT NULL,
  created_at DATETIME(3) NOT NULL,
  started_at DATETIME(3) NULL,
  finished_at DATETIME(3) NULL,
  committed_at DATETIME(3) NULL,
  KEY by_state (state, seq)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
