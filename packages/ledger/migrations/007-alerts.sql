-- Alerts and their delivery. alert_key makes one alert of what two gateways see.
CREATE TABLE IF NOT EXISTS etl_alerts (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  alert_key VARCHAR(191) CHARACTER SET ascii NOT NULL UNIQUE,
  kind VARCHAR(32) CHARACTER SET ascii NOT NULL,
  channel VARCHAR(16) CHARACTER SET ascii NOT NULL,
  run_id VARCHAR(64) CHARACTER SET ascii NULL,
  body JSON NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii NOT NULL,
  attempts INT NOT NULL DEFAULT 0,
  claimed_by VARCHAR(64) CHARACTER SET ascii NULL,
  claimed_until DATETIME(3) NULL,
  next_attempt_at DATETIME(3) NOT NULL,
  last_error VARCHAR(500) NULL,
  created_at DATETIME(3) NOT NULL,
  delivered_at DATETIME(3) NULL,
  KEY by_due (state, next_attempt_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
