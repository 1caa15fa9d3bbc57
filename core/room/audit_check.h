// SPDX-License-Identifier: Apache-2.0
// A reader's own check of an audit log: nothing between the forgotten front and the signed end was changed or left out.
// Pure; any thread.
#pragma once

#include <vector>

#include "core/api/audit_types.h"
#include "core/base/error.h"

namespace parlour::room {

/// All rows above head.baseN, in order, and the end as the house signed it; `house` is whom one talks to. Errors: untrusted
/// "audit_broken" with a sentence that names the row.
base::Result<void> checkAudit(const std::vector<api::AuditEntry>& entries, const api::AuditHead& head, const base::HouseId& house);

}  // namespace parlour::room
