-- Who did what, from which address, and when.
CREATE TABLE IF NOT EXISTS etl_audit (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  at DATETIME(3) NOT NULL,
  actor VARCHAR(255) NOT NULL,
  address VARCHAR(64) NOT NULL,
  action VARCHAR(64) CHARACTER SET ascii NOT NULL,
  detail JSON NOT NULL,
  KEY by_time (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
