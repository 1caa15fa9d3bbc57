// SPDX-License-Identifier: Apache-2.0
// The relay of one peer: tries the servers it was told of, one after another with a head start for each, keeps the first that
// gives an allocation, and begins anew when that is lost. Sans-I/O: the owner opens and closes the carriers it is asked for.
//
// Inputs by sender: owner  start, opened, openFailed, send, close        network handleBytes, closed        time  handleTimeout
// Thread: the owner's.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "core/rtc/turn_redirect.h"

namespace parlour::rtc {

/// Before the next server is tried beside one that has not answered yet.
inline constexpr base::Duration kTurnHeadStart{1'000'000};
/// Before all are tried again after one that was lost as soon as it was there; doubling.
inline constexpr base::Duration kTurnFirstPause{1'000'000};
inline constexpr base::Duration kTurnLongestPause{30'000'000};

struct OpenCarrier {
    std::uint32_t id = 0;
    TurnServer server;
    std::string certificateName{};   ///< what the certificate has to name, with tls; empty = the host
};
/// What is left for it goes out first.
struct CloseCarrier {
    std::uint32_t id = 0;
};
struct RelayFound {
    base::SocketAddress address;   ///< ours at the relay
};
struct RelayLost {
    base::SocketAddress address;
};
/// No server is left to try; why the last one failed.
struct RelayFailed {
    base::Error error;
};
using RelayEvent = std::variant<OpenCarrier, CloseCarrier, RelayFound, RelayLost, RelayFailed>;

class TurnRelay {
  public:
    /// More than kMaxTurnServers are left out.
    explicit TurnRelay(std::vector<TurnServer> servers);

    /// Nothing when it already looks or has one.
    void start(base::TimePoint now, TurnFamily family = TurnFamily::v4);
    /// Others, or other logins for the same. The one in use is kept; when it is lost, these are tried.
    void rename(std::vector<TurnServer> servers);
    void close(base::TimePoint now);
    std::size_t serverCount() const { return m_servers.size(); }

    /// `at`: where the server was found.
    void opened(std::uint32_t id, const base::SocketAddress& at, base::TimePoint now);
    /// Not opened, or not any more.
    void closed(std::uint32_t id, const base::Error& why, base::TimePoint now);
    void handleBytes(std::uint32_t id, base::TimePoint now, base::ByteView bytes);
    void handleTimeout(base::TimePoint now);
    base::TimePoint nextTimeout() const;

    void send(base::TimePoint now, const base::SocketAddress& peer, base::ByteView datagram);
    std::optional<std::pair<std::uint32_t, base::Bytes>> pollBytes();
    std::optional<TurnReceived> pollReceived();
    std::optional<RelayEvent> pollEvent();

    /// One, or two of different families.
    const std::vector<base::SocketAddress>& addresses() const { return m_addresses; }
    /// Of the relay that is in use.
    std::optional<TurnCarrier> carrier() const;

  private:
    struct Attempt {
        std::uint32_t id = 0;
        TurnTarget target;
        TurnClient client;
        base::SocketAddress at{};
        bool open = false;
        std::vector<base::SocketAddress> visited{};   ///< those who sent us here
    };
    void tryServer(TurnTarget target, std::vector<base::SocketAddress> visited);
    void failed(std::size_t index, base::TimePoint now);
    Attempt* find(std::uint32_t id);
    void tryNext(base::TimePoint now);
    void drop(std::uint32_t id);
    void settle(base::TimePoint now);
    void tellAddresses(const TurnClient* client, base::TimePoint now);

    std::vector<TurnServer> m_servers;
    std::vector<Attempt> m_attempts;
    std::size_t m_next = 0;
    std::uint32_t m_lastId = 0;
    base::TimePoint m_nextAt = base::kNever;
    base::TimePoint m_foundAt{};
    base::TimePoint m_restUntil{};
    base::Duration m_pause{};
    std::uint32_t m_chosen = 0;
    TurnFamily m_family = TurnFamily::v4;
    std::vector<base::SocketAddress> m_addresses;
    base::Error m_lastError;
    bool m_running = false;
    std::deque<std::pair<std::uint32_t, base::Bytes>> m_out;
    std::deque<RelayEvent> m_events;
};

}  // namespace parlour::rtc
