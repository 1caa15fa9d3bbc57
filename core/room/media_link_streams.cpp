// SPDX-License-Identifier: Apache-2.0
#include "core/room/media_link_streams.h"

#include <algorithm>

namespace parlour::room {

MediaStreams::~MediaStreams() {
    for (auto& entry : m_streams)
        if (entry->stream) entry->stream->closeAfterSending(std::chrono::seconds(1));
}

void MediaStreams::dial(const base::SocketAddress& to) {
    if (m_streams.size() >= kMaxOpen) return;
    auto entry = std::make_shared<Stream>();
    entry->to = to;
    m_streams.push_back(entry);
    net::ConnectOptions options;
    options.host = to.ip.toString();
    options.port = to.port;
    options.timeout = kDialTime;
    entry->dialling = net::connectTcp(m_loop, std::move(options), [this, weak = std::weak_ptr(entry)](auto result) {
        const auto mine = weak.lock();
        if (!mine) return;
        if (result) return opened(mine, std::move(*result));
        drop(mine, false);   // others may work
    });
}

void MediaStreams::opened(const Entry& entry, std::shared_ptr<net::TcpStream> stream) {
    entry->stream = std::move(stream);
    entry->stream->onClosed([this, weak = std::weak_ptr(entry)](const base::Error&) {
        if (const auto mine = weak.lock()) drop(mine, true);
    });
    entry->stream->onBytes([this, weak = std::weak_ptr(entry)](std::span<const std::byte> bytes) {
        if (const auto mine = weak.lock()) received(mine, bytes);
    });
    if (!m_owner.opened(entry->route())) drop(entry, false);
}

void MediaStreams::received(const Entry& entry, std::span<const std::byte> bytes) {
    const auto route = entry->route();
    const bool good = entry->frames.feed(bytes, [&](base::ByteView datagram) {
        m_owner.received(datagram, route);
        return entry->stream != nullptr;   // else what came in made us close it
    });
    if (!good) drop(entry, true);
}

bool MediaStreams::has(const base::SocketAddress& local) const {
    return std::any_of(m_streams.begin(), m_streams.end(),
                       [&](const Entry& e) { return e->stream && e->stream->localAddress() == local; });
}

bool MediaStreams::send(const rtc::OutgoingDatagram& datagram) {
    const auto found = std::find_if(m_streams.begin(), m_streams.end(), [&](const Entry& e) {
        return e->stream && e->stream->localAddress() == datagram.from && e->to == datagram.to;
    });
    if (found == m_streams.end()) return false;
    auto& stream = *(*found)->stream;
    if (datagram.bytes.size() > rtc::kMaxStreamFrame || stream.queuedBytes() + datagram.bytes.size() > kMaxQueue) return true;
    stream.send(rtc::frameForStream(datagram.bytes));
    return true;
}

void MediaStreams::keep(const std::function<bool(const rtc::Route&)>& wanted) {
    const auto all = m_streams;
    for (const auto& entry : all)
        if (entry->stream && !wanted(entry->route())) drop(entry, false);
}

void MediaStreams::drop(const Entry& entry, bool tell) {
    const auto mine = entry;
    const auto stream = std::move(mine->stream);
    std::erase(m_streams, mine);
    if (!stream) return;
    const rtc::Route route{stream->localAddress(), mine->to};
    stream->close();
    if (tell) m_owner.closed(route);
}

}  // namespace parlour::room
