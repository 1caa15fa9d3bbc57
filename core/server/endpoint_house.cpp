// SPDX-License-Identifier: Apache-2.0
#include "core/server/endpoint_house.h"

#include "core/server/arrival_gate.h"

namespace parlour::server {

EndpointHouse EndpointHouse::of(HouseService& house) {
    EndpointHouse out;
    out.admit = [&house](const AdmitRequest& request, Answer<Admission> answer) { house.admit(request, std::move(answer)); };
    out.validate = [&house](const std::string& token, Answer<void> answer) { house.validate(token, std::move(answer)); };
    out.connected = [&house](const base::RoomId& room, const base::Identity& who) { house.connected(room, who); };
    out.disconnected = [&house](const base::RoomId& room, const base::Identity& who) { house.disconnected(room, who); };
    out.want = [&house](const base::RoomId& room, const base::Identity& who, const std::string& value,
                        Answer<std::uint64_t> answer) { house.want(room, who, value, std::move(answer)); };
    out.unmuted = [&house](const base::RoomId& room, const base::Identity& who) { house.unmuted(room, who); };
    out.spoke = [&house](const base::RoomId& room, const base::Identity& who) { house.spoke(room, who); };
    out.refreshToken = [&house](const base::RoomId& room, const base::Identity& who, Answer<std::string> answer) {
        house.refreshToken(room, who, std::move(answer));
    };
    out.chat = [&house](const ChatPost& post, Answer<std::uint64_t> answer) { house.chat(post, std::move(answer)); };
    return out;
}

EndpointHouse throughGate(EndpointHouse house, ArrivalGate& gate) {
    house.admit = [admit = std::move(house.admit), &gate](const AdmitRequest& request, EndpointHouse::Answer<Admission> answer) {
        if (request.resume) return admit(request, std::move(answer));
        auto entered = gate.enter([admit, request, answer](ArrivalGate::Finished finished) {
            admit(request, [answer, finished = std::move(finished)](base::Result<Admission> admission) {
                answer(std::move(admission));
                finished();
            });
        });
        if (!entered) answer(base::Unexpected(std::move(entered).error()));
    };
    return house;
}

}  // namespace parlour::server
