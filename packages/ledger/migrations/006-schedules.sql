-- Schedules are kept here and copied to Redis, so that an emptied Redis gets them back.
CREATE TABLE IF NOT EXISTS etl_schedules (
  id VARCHAR(64) CHARACTER SET ascii NOT NULL PRIMARY KEY,
  cron VARCHAR(255) NOT NULL,
  tz VARCHAR(64) NOT NULL,
  params JSON NOT NULL,
  paused BOOLEAN NOT NULL DEFAULT FALSE,
  origin VARCHAR(16) CHARACTER SET ascii NOT NULL,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
