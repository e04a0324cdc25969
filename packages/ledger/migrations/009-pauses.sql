-- The waits of a run between a failure and the start of its retry, by the epoch that failed. The time that a run has worked is without them.
CREATE TABLE IF NOT EXISTS etl_pauses (
  seq BIGINT NOT NULL,
  epoch INT NOT NULL,
  began_at DATETIME(3) NOT NULL,
  ended_at DATETIME(3) NULL,
  PRIMARY KEY (seq, epoch)
) ENGINE=InnoDB;
