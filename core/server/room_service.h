// SPDX-License-Identifier: Apache-2.0
// LiveKit's RoomService API (Twirp: POST /twirp/livekit.RoomService/METHOD, JSON or protobuf) for houses that switch it on.
// A caller brings an access token made with one of the house's API keys; what it asks passes through the house's rules as
// actor "api-key" (security: T17). Nobody comes on stage unasked: canPublish = true makes an offer. Thread: net.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/doors/clock.h"
#include "core/net/http_server.h"
#include "core/server/api_key_house.h"
#include "core/signal/access_token.h"

namespace parlour::server {

class LiveKitEndpoint;

struct RoomServiceSettings {
    std::vector<signal::TokenKey> keys;
    std::vector<std::string> origins;   ///< a token with an audience has to name one of them
};

class RoomService {
  public:
    static constexpr std::size_t kMaxAttributeBytes = 16 * 1024;   ///< of one call, and of one participant altogether
    static constexpr std::size_t kMaxAttributesEach = 48;          ///< of a participant; 16 of signal::kMaxAttributes stay for the house
    static constexpr std::size_t kMaxAttributeName = 256;

    /// All outlive it.
    RoomService(HouseService& house, LiveKitEndpoint& endpoint, const base::Clock& clock, RoomServiceSettings settings);
    ~RoomService();

    /// True when the path is one of ours (it will be answered).
    bool handle(const net::HttpRequest& request, const net::Respond& respond);

    struct Impl;

  private:
    std::shared_ptr<Impl> m_impl;
};

}  // namespace parlour::server
