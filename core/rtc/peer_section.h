// SPDX-License-Identifier: Apache-2.0
// One m-line of a PeerConnection: what we send on it, what we receive on it, and how both were negotiated.
// Internal to peer_connection*.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/rtc/peer_connection.h"
#include "core/rtc/rtp_receiver.h"
#include "core/rtc/rtp_sender.h"
#include "core/rtc/session_description.h"

namespace parlour::rtc {

struct Section {
    MediaKind kind = MediaKind::audio;
    std::string kindText = "audio";
    std::string mid;
    std::vector<std::string> formats;    // of foreign sections, echoed when refusing them
    std::string protocol;
    bool rejected = false;
    std::optional<Codec> foreign;        // of a section that carries nothing here and is answered inactive

    // As negotiated; ours when we offered first, the peer's numbers when it did (payload types belong to the offerer).
    std::uint8_t opus = 111;
    std::uint8_t red = 63;               // 0 = without
    bool nack = true;
    int midExtension = 4;
    int levelExtension = 1;

    // Sending.
    std::optional<SenderId> senderId;
    AudioSenderConfig senderConfig;
    std::unique_ptr<RtpSender> sender;
    bool sending = false;                // both sides agreed

    // Receiving.
    bool listening = false;              // ours, when we offer: the peer may send here, now or later
    bool negotiated = false;             // an answer to an offer with this section has come
    bool receiving = false;
    std::string streamId, trackId;
    std::optional<std::uint32_t> remoteSsrc;
    bool ssrcSignalled = false;          // told by a=ssrc; else learned from a packet, and may be learned again
    std::optional<RtpReceiver> receiver;
    std::uint32_t epoch = 0;

    bool idle() const { return kind == MediaKind::audio && !rejected && !senderId && !receiving && !listening; }
};

}  // namespace parlour::rtc
