// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/migrations.h"

namespace parlour::house {

const std::string_view kPeopleSchema = R"sql(
CREATE TABLE profiles (identity TEXT PRIMARY KEY, about TEXT NOT NULL, pronouns TEXT NOT NULL, links TEXT NOT NULL);
CREATE TABLE pictures (identity TEXT PRIMARY KEY, jpeg TEXT NOT NULL, at_ms BIGINT NOT NULL);
CREATE TABLE follows (who TEXT NOT NULL, whom TEXT NOT NULL, at_ms BIGINT NOT NULL, PRIMARY KEY (who, whom));
CREATE INDEX follows_by_whom ON follows(whom);
CREATE TABLE blocks (who TEXT NOT NULL, whom TEXT NOT NULL, at_ms BIGINT NOT NULL, PRIMARY KEY (who, whom));
CREATE INDEX blocks_by_whom ON blocks(whom);
CREATE TABLE waves (id TEXT PRIMARY KEY, sender TEXT NOT NULL, receiver TEXT NOT NULL, message TEXT NOT NULL, at_ms BIGINT NOT NULL,
  state TEXT NOT NULL, room TEXT NOT NULL);
CREATE INDEX waves_by_sender ON waves(sender, at_ms);
CREATE INDEX waves_by_receiver ON waves(receiver, at_ms);
CREATE TABLE notices (identity TEXT NOT NULL, n BIGINT NOT NULL, kind TEXT NOT NULL, object TEXT NOT NULL, sender TEXT NOT NULL,
  message TEXT NOT NULL, at_ms BIGINT NOT NULL, PRIMARY KEY (identity, n));
)sql";

}  // namespace parlour::house
