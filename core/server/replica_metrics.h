// SPDX-License-Identifier: Apache-2.0
// The numbers of one of several servers of a house, as Prometheus text; metrics.h has the rest. Pure.
#pragma once

#include <string>

#include "core/house/store/house_claims.h"
#include "core/server/pass_on.h"

namespace parlour::server {

struct ReplicaMetrics {
    bool holds = false;
    house::ClaimSeen seen;
    bool holderLives = false;      ///< its lease has not run out
    std::uint64_t takeovers = 0;
    PassStats passed;
};
std::string replicaMetrics(const ReplicaMetrics& in);

/// "held by process 12 on host (10.0.0.1:7890), turn 3, renewed within 3 s": for `parlourd check`.
std::string claimSentence(const house::ClaimSeen& seen);

}  // namespace parlour::server
