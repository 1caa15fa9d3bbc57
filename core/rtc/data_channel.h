// SPDX-License-Identifier: Apache-2.0
// LiveKit's two data channels, "_reliable" and "_lossy", over one SCTP association: opened in band (DCEP, RFC 8832) by
// either side. Channels with other labels are acknowledged and ignored.
// Thread: the owner's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/fifo.h"
#include "core/rtc/sctp_association.h"

namespace parlour::rtc {

enum class DataLabel { reliable, lossy };  ///< "_reliable" and "_lossy" of LiveKit

/// A DATA_CHANNEL_OPEN message, RFC 8832 section 5.1.
struct ChannelOpen {
    Reliability reliability = Reliability::ordered;
    std::string label;
    std::string protocol;
};
std::optional<ChannelOpen> parseChannelOpen(base::ByteView message);
base::Bytes toBytes(const ChannelOpen& open);

class DataChannels {
  public:
    struct Received {
        DataLabel label;
        base::Bytes bytes;
    };

    /// `dtlsClient` decides the parity of our stream ids: even for the client (RFC 8832 section 6). `create`: we open both.
    DataChannels(bool dtlsClient, bool create) : m_nextStream(dtlsClient ? 0 : 1), m_create(create) {}

    void start(base::TimePoint now) { m_association.start(now); }
    void handlePacket(base::ByteView packet, base::TimePoint now);
    void handleTimeout(base::TimePoint now);
    base::TimePoint nextTimeout() const { return m_association.nextTimeout(); }
    std::optional<base::Bytes> pollPacket() { return m_association.pollPacket(); }
    std::optional<DataLabel> pollOpened();
    std::optional<Received> pollReceived();

    bool open(DataLabel label) const;
    bool send(DataLabel label, base::ByteView bytes, base::TimePoint now);

  private:
    struct Channel {
        std::optional<DataLabel> label;   // nullopt: a label we have no use for
        Reliability reliability = Reliability::ordered;
        bool open = false;
    };
    void settle(base::TimePoint now);
    void openOwn(DataLabel label, base::TimePoint now);
    void handleControl(std::uint16_t stream, base::ByteView message, base::TimePoint now);

    SctpAssociation m_association;
    std::uint16_t m_nextStream;
    bool m_create;
    std::map<std::uint16_t, Channel> m_channels;
    base::Fifo<DataLabel> m_opened;
    base::Fifo<Received> m_received;
};

}  // namespace parlour::rtc
