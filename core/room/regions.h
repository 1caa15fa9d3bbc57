// SPDX-License-Identifier: Apache-2.0
// Where a room's server can be reached besides its own address: a list that the server gave, each place tried once in a round
// before its own address is tried again. Pure; net thread.
#pragma once

#include <string>
#include <vector>

#include "core/signal/messages.h"

namespace parlour::room {

class Regions {
  public:
    static constexpr std::size_t kMost = 8;   ///< places of one round

    /// LiveKit Cloud: tells at /settings/regions where else it can be reached.
    static bool listedBy(const std::string& url);
    /// Those of the list where our token may go as safely as to `home`; the order is the server's.
    void set(const std::vector<signal::Region>& list, const std::string& home);
    void clear();
    /// Where to go now: the next place of the round, then home, and so on for ever; the caller's attempts are bounded.
    std::string next(const std::string& home);
    /// The round is not over: next() will not be home.
    bool left() const { return m_next < m_urls.size(); }
    std::size_t size() const { return m_urls.size(); }

  private:
    std::vector<std::string> m_urls;
    std::size_t m_next = 0;
};

}  // namespace parlour::room
