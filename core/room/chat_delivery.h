// SPDX-License-Identifier: Apache-2.0
// What a session remembers about its chat beside the messages: how fast we write, what is not answered yet, text streams
// that are not complete. A value; times are handed in.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/api/chat_types.h"
#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/signal/data_packet.h"

namespace parlour::room {

/// At most `most` in any `window`; a little slower than the server allows, as packets bunch up on their way.
class Pace {
  public:
    Pace(std::size_t most, base::Duration window) : m_most(most), m_window(window) {}
    bool take(base::TimePoint now) {
        while (!m_times.empty() && now - m_times.front() > m_window) m_times.pop_front();
        if (m_times.size() >= m_most) return false;
        m_times.push_back(now);
        return true;
    }

  private:
    std::size_t m_most;
    base::Duration m_window;
    std::deque<base::TimePoint> m_times;
};

struct ChatDesk {
    /// The server takes bursts of 5: messages 1, reactions 2 a second.
    Pace messages{5, std::chrono::milliseconds(5200)};
    Pace reactions{5, std::chrono::milliseconds(2600)};

    struct Sent {
        base::TimePoint at;        ///< when it went out, or was asked for
        bool askedFor = false;     ///< no answer in time once already
    };
    std::map<std::string, Sent> unanswered;   ///< by id
    std::set<std::string> lost;      ///< ids that may have gone down with the last connection
    int historyTries = 0;
    bool byHouse = false;            ///< the data channel is not the house's: chat and reactions go through its API
    static constexpr base::Duration kGather = std::chrono::milliseconds(200);
    std::optional<api::ReactionCounts> gathered;   ///< reactions of the last kGather, on their way to the house's API together
    bool keepingKnown = false;       ///< the house has said whether it keeps a chat

    struct TextStream {
        base::Identity from;         ///< nobody else may add to it
        std::string id;
        std::uint64_t number = 0;
        std::int64_t atMs = 0;
        std::string text;
    };
    struct Overdue {
        bool ask = false;                  ///< the history is to be asked; what it lacks goes out once more
        std::vector<std::string> failed;   ///< no answer a second time: the person is told
    };
    /// An answer may be lost where the message was not (it goes down another connection), so the history is asked first.
    Overdue overdue(base::TimePoint now, base::Duration patience) {
        Overdue out;
        for (auto it = unanswered.begin(); it != unanswered.end();) {
            if (now - it->second.at < patience) {
                ++it;
            } else if (!it->second.askedFor) {
                it->second = {now, true};
                lost.insert(it->first);
                out.ask = true;
                ++it;
            } else {
                out.failed.push_back(it->first);
                it = unanswered.erase(it);
            }
        }
        return out;
    }

    static constexpr std::size_t kMaxStreams = 64;
    std::deque<TextStream> streams;  ///< oldest first

    TextStream* stream(const base::Identity& from, const std::string& id) {
        for (auto& one : streams)
            if (one.from == from && one.id == id) return &one;
        return nullptr;
    }
};

}  // namespace parlour::room
