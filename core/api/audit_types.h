// SPDX-License-Identifier: Apache-2.0
// The audit log of a house as its admins read it. Rows never hold names or words of people, only identities, so that a
// person can be forgotten without breaking the chain; names are added for the reader and are not part of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/byte_io.h"
#include "core/base/ids.h"

namespace parlour::api {

// GET /api/v1/audit?after=N | ?before=N, &since=MS, &limit=N : AuditPage. Admins only.
// after: rows above N, oldest first (default, N = 0). before: rows below N, newest first (N = 0: from the newest).
struct AuditEntry {
    std::uint64_t n = 0;      ///< 1, 2, 3 … without gaps
    std::int64_t atMs = 0;
    base::RoomId room;        ///< empty = the house
    base::Identity actor;     ///< empty = the house itself, or its administrator
    std::string action;
    std::string object;       ///< whom or what it was done to
    std::string detail;
    std::string hash;         ///< hex
    std::string actorName;    ///< for the reader
    std::string objectName;
};
/// The end of the log, signed by the house: nothing can be cut off unseen by whoever kept it.
struct AuditHead {
    std::uint64_t baseN = 0;  ///< rows up to this one have been forgotten by the retention setting
    std::string baseHash;
    std::uint64_t n = 0;
    std::string hash;
    std::string key;          ///< the house's public key, base64url
    std::string signature;    ///< over auditHeadStatement(), base64url
};
struct AuditPage {
    std::vector<AuditEntry> entries;
    AuditHead head;
    bool more = false;
};
inline constexpr int kMaxAuditPage = 1000;

/// What a row's hash covers, with the hash of the row before: length-prefixed "parlour-audit-v1", n, time, room, actor,
/// action, object, detail.
base::Bytes auditStatement(const AuditEntry& entry);
/// What the house signs: length-prefixed "parlour-audit-head-v1", house, base (n, hash), head (n, hash).
base::Bytes auditHeadStatement(const base::HouseId& house, const AuditHead& head);
/// The same row as one line of an exported file, without a line break.
std::string auditLine(const AuditEntry& entry);

}  // namespace parlour::api
