// SPDX-License-Identifier: Apache-2.0
// What the LiveKit endpoint asks of the house, as functions, so that its tests can play the house. Net thread, both ways.
#pragma once

#include <functional>
#include <string>

#include "core/server/house_service.h"

namespace parlour::server {

class ArrivalGate;

struct EndpointHouse {
    template <class T>
    using Answer = HouseService::Answer<T>;

    std::function<void(const AdmitRequest&, Answer<Admission>)> admit;
    std::function<void(const std::string& token, Answer<void>)> validate;
    std::function<void(const base::RoomId&, const base::Identity&)> connected;
    std::function<void(const base::RoomId&, const base::Identity&)> disconnected;
    std::function<void(const base::RoomId&, const base::Identity&, const std::string&, Answer<std::uint64_t>)> want;
    std::function<void(const base::RoomId&, const base::Identity&)> unmuted;
    std::function<void(const base::RoomId&, const base::Identity&)> spoke;
    std::function<void(const base::RoomId&, const base::Identity&, Answer<std::string>)> refreshToken;
    std::function<void(const ChatPost&, Answer<std::uint64_t>)> chat;

    /// The real one; it must outlive the endpoint.
    static EndpointHouse of(HouseService& house);
};

/// Newcomers pass the gate, who takes up a session again does not.
EndpointHouse throughGate(EndpointHouse house, ArrivalGate& gate);

}  // namespace parlour::server
