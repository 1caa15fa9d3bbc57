// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/migrations.h"

namespace parlour::house {

// The old audit rows get their numbers and hashes in chainAudit(), after these statements.
const std::string_view kSafetySchema = R"sql(
DROP INDEX audit_by_room;
ALTER TABLE audit RENAME TO audit_unchained;
CREATE TABLE audit (n BIGINT PRIMARY KEY, at_ms BIGINT NOT NULL, room TEXT NOT NULL, actor TEXT NOT NULL,
  action TEXT NOT NULL, object TEXT NOT NULL, detail TEXT NOT NULL, hash TEXT NOT NULL);
CREATE INDEX audit_by_time ON audit(at_ms);
CREATE TABLE audit_head (id INTEGER PRIMARY KEY, base_n BIGINT NOT NULL, base_hash TEXT NOT NULL, n BIGINT NOT NULL,
  hash TEXT NOT NULL, signature TEXT NOT NULL);
INSERT INTO audit_head(id, base_n, base_hash, n, hash, signature) VALUES(1, 0, '', 0, '', '');
CREATE TABLE reports (id TEXT PRIMARY KEY, at_ms BIGINT NOT NULL, room TEXT NOT NULL, reporter TEXT NOT NULL,
  reported TEXT NOT NULL, words TEXT NOT NULL, context TEXT NOT NULL, resolved_ms BIGINT, resolved_by TEXT NOT NULL,
  resolution TEXT NOT NULL);
CREATE INDEX reports_by_time ON reports(at_ms, id);
CREATE TABLE chat (room TEXT NOT NULL REFERENCES rooms(id), n BIGINT NOT NULL, sid TEXT NOT NULL, id TEXT NOT NULL,
  author TEXT NOT NULL, name TEXT NOT NULL, at_ms BIGINT NOT NULL, words TEXT NOT NULL, deleted INTEGER NOT NULL,
  PRIMARY KEY (room, n));
CREATE UNIQUE INDEX chat_by_id ON chat(room, sid, id);
CREATE INDEX chat_by_author ON chat(author);
CREATE TABLE chat_rules (room TEXT PRIMARY KEY REFERENCES rooms(id), sid TEXT NOT NULL, slow_s INTEGER NOT NULL,
  pinned TEXT NOT NULL, pinned_by TEXT NOT NULL);
)sql";

}  // namespace parlour::house
