// SPDX-License-Identifier: Apache-2.0
// Values that a session keeps together: which way it goes to the server, its offers, its own track, what it asks about.
// Thread: net.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/net/pending.h"
#include "core/room/regions.h"
#include "core/rtc/peer_connection.h"

namespace parlour::room {

/// Where signalling runs.
struct ServerWay {
    std::string home;            ///< as the entrance named it
    std::string url;             ///< now: home, or one of the regions
    bool worked = false;         ///< one has been inside by `url` since it was chosen
    Regions regions;
    bool asked = false;          ///< for the regions, in this visit
    net::Pending call{};         ///< that question

    /// This place may be full or gone, and there are others to go to.
    bool others() const { return regions.left() || (!asked && Regions::listedBy(home)); }
};

/// One peer connection for both ways (/rtc/v1). It is the publisher's, and only we offer on it.
struct SingleConnection {
    bool on = false;
    std::string offer, answer;                   ///< the last ones
    std::map<std::string, std::string> tracks;   ///< mid -> sid of what comes on it, by the last answer
    int pictures = 0;                            ///< times in a row that sections were asked for which we never offer
};

/// The publisher's last offer.
struct PublisherOffer {
    std::uint32_t id = 0;
    bool pending = false;                        ///< not answered yet
    bool wanted = false;                         ///< another one, when that is
};

/// The queue of hands is asked about one question at a time, and not too often.
struct HandsQuestion {
    bool asked = false;
    bool due = false;                            ///< it has changed since
    std::string seen;                            ///< as last asked about
};

/// Our microphone as the server knows it.
struct Publication {
    std::string cid;
    base::TrackSid sid;                     ///< empty until the server has answered
    std::optional<rtc::SenderId> sender;
    bool muted = false;                     ///< as last told to the server
    bool stereo = false;                    ///< published as two channels
};

}  // namespace parlour::room
