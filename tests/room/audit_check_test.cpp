// SPDX-License-Identifier: Apache-2.0
// An exported audit log, checked without the server.
#include "core/room/audit_check.h"

#include "core/crypto/ed25519.h"
#include "core/crypto/hash_chain.h"
#include "tests/support/catch.h"

using namespace parlour;

namespace {

struct Export {
    crypto::SigningKey key = *crypto::SigningKey::fromSeed(base::Bytes(32, std::byte{5}));
    base::HouseId house{crypto::identityOf(key.publicKey())};
    std::vector<api::AuditEntry> entries;
    api::AuditHead head;

    Export() {
        std::string hash;
        for (std::uint64_t n = 1; n <= 4; ++n) {
            api::AuditEntry entry{n, 1'795'000'000'000, base::RoomId("r"), base::Identity("ann"), "mute", "bob", {}, {}, {}, {}};
            hash = entry.hash = crypto::chainHash(hash, api::auditStatement(entry));
            entries.push_back(entry);
        }
        head.n = 4;
        head.hash = hash;
        head.key = base::toBase64Url(key.publicKey());
        sign(key);
    }
    void sign(const crypto::SigningKey& with) { head.signature = base::toBase64Url(with.sign(api::auditHeadStatement(house, head))); }
    std::string verdict() const {
        const auto good = room::checkAudit(entries, head, house);
        return good ? "" : good.error().message;
    }
};

}  // namespace

TEST_CASE("a whole log passes; a changed, missing or cut row is named", "[audit-check]") {
    CHECK(Export().verdict().empty());
    Export changed;
    changed.entries[1].actor = base::Identity("eve");
    CHECK(changed.verdict() == "The audit log was changed: row 2 does not fit the ones before it.");
    Export missing;
    missing.entries.erase(missing.entries.begin() + 2);
    CHECK(missing.verdict().find("row 3") != std::string::npos);
    Export cut;
    cut.entries.pop_back();
    CHECK(cut.verdict() == "The end of the audit log was cut off.");
}

TEST_CASE("only the house that is talked to signs the end", "[audit-check]") {
    Export log;
    const auto other = *crypto::SigningKey::fromSeed(base::Bytes(32, std::byte{6}));
    log.sign(other);
    CHECK(log.verdict() == "The end of the audit log is not signed by this house.");
    log.head.key = base::toBase64Url(other.publicKey());
    CHECK(log.verdict() == "The end of the audit log is not signed by this house.");
    log.head.signature = "x";
    CHECK_FALSE(log.verdict().empty());
}
