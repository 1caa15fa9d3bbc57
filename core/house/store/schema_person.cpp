// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/migrations.h"

namespace parlour::house {

// Keys that were replaced: whoever still has one is told so, and comes in nowhere.
const std::string_view kPersonSchema = R"sql(
CREATE TABLE moved_persons (old_identity TEXT PRIMARY KEY, new_identity TEXT NOT NULL, at_ms BIGINT NOT NULL);
CREATE INDEX moved_persons_by_new ON moved_persons(new_identity);
)sql";

}  // namespace parlour::house
