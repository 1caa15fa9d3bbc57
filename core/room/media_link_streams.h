// SPDX-License-Identifier: Apache-2.0
// The TCP connections of a media link: each carries datagrams to one passive candidate, every one with its length in front
// (RFC 6544, RFC 4571). Thread: net.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/net/tcp_stream.h"
#include "core/rtc/stream_framing.h"
#include "core/rtc/transport.h"

namespace parlour::room {

class MediaStreams {
  public:
    static constexpr std::size_t kMaxQueue = 64 * 1024;   ///< more is dropped, as a full link would
    static constexpr std::size_t kMaxOpen = 8;            ///< those of two generations
    static constexpr base::Duration kDialTime = std::chrono::seconds(5);

    struct Owner {
        std::function<bool(const rtc::Route&)> opened;    ///< false: not wanted any more
        std::function<void(const rtc::Route&)> closed;
        std::function<void(std::span<const std::byte>, const rtc::Route&)> received;
    };
    MediaStreams(net::EventLoop& loop, Owner owner) : m_loop(loop), m_owner(std::move(owner)) {}
    /// What is queued still goes out.
    ~MediaStreams();
    MediaStreams(const MediaStreams&) = delete;

    void dial(const base::SocketAddress& to);
    bool has(const base::SocketAddress& local) const;
    /// False: none of ours.
    bool send(const rtc::OutgoingDatagram& datagram);
    /// Closes those for which it says false; the owner is not told.
    void keep(const std::function<bool(const rtc::Route&)>& wanted);

  private:
    struct Stream {
        base::SocketAddress to;
        net::Pending dialling;
        std::shared_ptr<net::TcpStream> stream;
        rtc::StreamDeframer frames;
        rtc::Route route() const { return {stream->localAddress(), to}; }
    };
    using Entry = std::shared_ptr<Stream>;
    void opened(const Entry& entry, std::shared_ptr<net::TcpStream> stream);
    void received(const Entry& entry, std::span<const std::byte> bytes);
    void drop(const Entry& entry, bool tell);

    net::EventLoop& m_loop;
    Owner m_owner;
    std::vector<Entry> m_streams;
};

}  // namespace parlour::room
