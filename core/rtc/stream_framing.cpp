// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/stream_framing.h"

#include <utility>

namespace parlour::rtc {
namespace {

constexpr std::size_t kLengthBytes = 2;

}  // namespace

base::Bytes frameForStream(base::ByteView datagram) {
    base::ByteWriter frame;
    frame.u16(static_cast<std::uint16_t>(datagram.size()));
    frame.bytes(datagram);
    return base::toBytes(frame.view());
}

bool StreamDeframer::feed(base::ByteView bytes, const std::function<bool(base::ByteView)>& each) {
    auto unread = std::exchange(m_unread, {});
    unread.insert(unread.end(), bytes.begin(), bytes.end());
    std::size_t at = 0;
    while (unread.size() - at >= kLengthBytes) {
        const auto length = (std::to_integer<std::size_t>(unread[at]) << 8) | std::to_integer<std::size_t>(unread[at + 1]);
        if (length == 0 || length > kMaxStreamFrame) return false;
        if (unread.size() - at - kLengthBytes < length) break;
        if (!each(base::ByteView(unread).subspan(at + kLengthBytes, length))) return true;
        at += kLengthBytes + length;
    }
    unread.erase(unread.begin(), unread.begin() + static_cast<std::ptrdiff_t>(at));
    m_unread = std::move(unread);
    return true;
}

}  // namespace parlour::rtc
