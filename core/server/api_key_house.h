// SPDX-License-Identifier: Apache-2.0
// What programs with an API key may do in a house: the rules of everybody else, as actor "api-key" in the audit log, with an
// administrator's power over every room. Thread: called on the net thread, answers there, as HouseService.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/server/house_service.h"

namespace parlour::server {

class ApiKeyHouse {
  public:
    template <class T>
    using Answer = HouseService::Answer<T>;
    static constexpr const char* kActor = "api-key";
    static constexpr std::size_t kMaxRoomName = 64;
    static constexpr std::size_t kMaxMetadataBytes = 16 * 1024;

    struct Room {
        base::RoomId name;
        base::RoomSid sid;         ///< of the live session; one of its own while nobody is there
        std::string metadata;      ///< JSON as in RoomChanged, with the title
        std::int64_t createdMs = 0;
        int emptyS = 0;            ///< how long it stays without anybody, before the first and after the last
        int departureS = 0;
    };

    explicit ApiKeyHouse(HouseService& house) : m_impl(house.m_impl) {}

    /// A room that is there stays as it is. `metadata`: empty or a JSON object, kept beside the house's own keys. conflict
    /// "name_used": a room of this name was ended; what led into it must not lead into another one.
    void createRoom(const base::RoomId& name, const std::string& metadata, Answer<Room> answer);
    void rooms(Answer<std::vector<Room>> answer);
    void room(const base::RoomId& name, Answer<Room> answer);
    /// For good: its links and tokens open nothing any more.
    void deleteRoom(const base::RoomId& name, Answer<api::Nothing> answer);
    void setRoomMetadata(const base::RoomId& name, const std::string& metadata, Answer<Room> answer);
    /// `request.actor` is overwritten.
    void stage(StageRequest request, Answer<std::uint64_t> answer);
    /// One line in the audit log for an act that changes nothing in the store.
    void note(const base::RoomId& room, const std::string& verb, const base::Identity& object);

  private:
    std::shared_ptr<HouseService::Impl> m_impl;
};

}  // namespace parlour::server
