// SPDX-License-Identifier: Apache-2.0
#include "core/room/audit_check.h"

#include "core/crypto/ed25519.h"
#include "core/crypto/hash_chain.h"

namespace parlour::room {

base::Result<void> checkAudit(const std::vector<api::AuditEntry>& entries, const api::AuditHead& head, const base::HouseId& house) {
    const auto broken = [](std::string message) {
        return base::fail(base::ErrorKind::untrusted, "audit_broken", std::move(message), "Compare it with an earlier export or a backup.");
    };
    crypto::ChainCheck check({head.baseN, head.baseHash});
    for (const auto& entry : entries)
        if (!check.add(entry.n, api::auditStatement(entry), entry.hash))
            return broken("The audit log was changed: row " + std::to_string(check.found()->n) + " does not fit the ones before it.");
    if (!check.finish({head.n, head.hash})) return broken("The end of the audit log was cut off.");
    const auto key = base::fromBase64Url(head.key);
    const auto signature = base::fromBase64Url(head.signature);
    if (!key || !signature || crypto::identityOf(*key) != house.str() ||
        !crypto::verifySignature(*key, api::auditHeadStatement(house, head), *signature))
        return broken("The end of the audit log is not signed by this house.");
    return {};
}

}  // namespace parlour::room
