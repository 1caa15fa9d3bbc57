// SPDX-License-Identifier: Apache-2.0
// Carries out claim_state.h over the database, on a thread of its own, so that neither the net thread nor the house waits for it:
// looks, takes, renews, opens the store of a turn. Notices of the database come within a tenth of a second; the slow looks are
// the net under them. Thread: called on the net thread; events come there.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/base/doors/clock.h"
#include "core/base/doors/executor.h"
#include "core/house/store/house_claims.h"
#include "core/house/store/store.h"

namespace parlour::server {

struct ClaimEvents {
    /// How the claim stands, after every look at it; `mine`: this process holds it.
    std::function<void(const house::ClaimSeen& seen, bool mine)> onSeen;
    /// Our turn (its number): the store of the house, up to date and fenced. Answered in the end by closed() or, before that, by failed().
    std::function<void(std::int64_t turn, std::unique_ptr<house::Store>)> onOpen;
    /// The turn is over, or never came to anything: closed() when nothing of it runs any more.
    std::function<void()> onClose;
};

class ClaimWatch {
  public:
    /// `where` is the claims' database. Nothing happens before start().
    /// `goesOnAlone`: a turn goes on while the database does not answer, although another may have taken over; else it ends with the lease.
    ClaimWatch(base::Executor& net, const base::Clock& clock, std::string where, std::string name, std::unique_ptr<house::HouseClaims> claims,
               ClaimEvents events, bool goesOnAlone = true);
    /// Waits for what the thread is doing now. No event comes after that.
    ~ClaimWatch();

    void start();
    /// Nobody else can have taken over: the database has said within a lease that the turn is ours. Where an answer of the database is
    /// late this ends before the turn does (which needs the answer): what obeys whoever speaks to it, as a LiveKit server, is told
    /// nothing then. Any thread.
    bool surelyOurs() const;
    /// The house could not be opened here: another may try.
    void failed();
    void closed();
    /// Ends the turn (onClose, if it runs) and gives the claim back; `done` then.
    void stop(std::function<void()> done);

  private:
    struct Impl;
    std::shared_ptr<Impl> m_impl;
};

}  // namespace parlour::server
