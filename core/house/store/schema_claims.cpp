// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/migrations.h"

namespace parlour::house {

// One row: which of several parlourds runs the house, and until when by the database's clock. The fence only grows. Nothing
// here says who a person is.
const std::string_view kClaimsSchema = R"sql(
CREATE TABLE house_claim (what TEXT PRIMARY KEY, holder TEXT NOT NULL, holder_name TEXT NOT NULL, address TEXT NOT NULL,
  pass_key TEXT NOT NULL, fence BIGINT NOT NULL, until_ms BIGINT NOT NULL);
INSERT INTO house_claim(what, holder, holder_name, address, pass_key, fence, until_ms) VALUES('house', '', '', '', '', 0, 0);
)sql";

}  // namespace parlour::house
