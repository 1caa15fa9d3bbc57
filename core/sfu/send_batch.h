// SPDX-License-Identifier: Apache-2.0
// The slab of outgoing datagrams: packets are encrypted straight into it and leave together (audio-and-performance 4.5).
// Thread: media. Nothing is allocated after construction.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "core/base/socket_address.h"

namespace parlour::sfu {

/// One datagram ready to leave; `bytes` points into the slab.
struct OutgoingPacket {
    base::SocketAddress from;
    base::SocketAddress to;
    std::span<const std::byte> bytes;
};

class SendBatch {
  public:
    static constexpr std::size_t kSlots = 64;       ///< flushed at this many
    static constexpr std::size_t kSlotBytes = 1500;
    using Sink = std::function<void(std::span<const OutgoingPacket>)>;

    explicit SendBatch(Sink sink)
        : m_sink(std::move(sink)), m_slab(std::make_unique<std::array<std::byte, kSlots * kSlotBytes>>()) {}

    /// Where the next packet may be written; what is queued leaves first when there is no room.
    std::span<std::byte> slot() {
        if (m_count == kSlots) flush();
        return std::span(*m_slab).subspan(m_count * kSlotBytes, kSlotBytes);
    }
    /// Takes the first `size` bytes of slot() as a datagram. 0 takes nothing.
    void commit(std::size_t size, const base::SocketAddress& from, const base::SocketAddress& to) {
        if (size == 0 || size > kSlotBytes) return;
        m_entries[m_count] = {from, to, std::span<const std::byte>(*m_slab).subspan(m_count * kSlotBytes, size)};
        ++m_count;
        ++m_packets;
    }
    /// Copies a datagram that somebody else built; longer ones than a slot are dropped.
    void push(std::span<const std::byte> bytes, const base::SocketAddress& from, const base::SocketAddress& to) {
        if (bytes.size() > kSlotBytes) return;
        std::copy(bytes.begin(), bytes.end(), slot().begin());
        commit(bytes.size(), from, to);
    }
    void flush() {
        if (m_count == 0) return;
        const auto count = m_count;
        m_count = 0;
        m_sink(std::span<const OutgoingPacket>(m_entries.data(), count));
    }
    std::uint64_t packets() const { return m_packets; }

  private:
    Sink m_sink;
    std::unique_ptr<std::array<std::byte, kSlots * kSlotBytes>> m_slab;
    std::array<OutgoingPacket, kSlots> m_entries{};
    std::size_t m_count = 0;
    std::uint64_t m_packets = 0;
};

}  // namespace parlour::sfu
