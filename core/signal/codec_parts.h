// SPDX-License-Identifier: Apache-2.0
// Between the values of messages.h and protobuf's classes; private to core/signal's .cpp files (protobuf stays out of
// every other header, so this one only declares what both codec files share). Stateless; any thread.
#pragma once

#include "core/signal/codec.h"

namespace livekit {
class SessionDescription;
class TrickleRequest;
class TrackInfo;
class ParticipantInfo;
class Room;
class LeaveRequest;
class AddTrackRequest;
class UpdateSubscription;
class UpdateParticipantMetadata;
class UpdateLocalAudioTrack;
class TrackPublishedResponse;
class ICEServer;
class ServerInfo;
}  // namespace livekit

namespace parlour::signal::wire {

/// protobuf 3.21 writes a line to stderr for each string that is not UTF-8; foreign bytes must not fill our logs.
void quietProtobuf();

/// Collects the first broken limit while values are read; nothing throws.
class Limits {
  public:
    bool ok() const { return m_what.empty(); }
    const std::string& what() const { return m_what; }
    void count(const char* field, std::size_t have, std::size_t most = kMaxRepeated) {
        if (have > most && m_what.empty()) m_what = std::string(field) + ": more than " + std::to_string(most);
    }
    void fail(const char* field) {
        if (m_what.empty()) m_what = std::string(field) + ": too long";
    }

  private:
    std::string m_what;
};

/// An enum number from outside: the first value stands for numbers we do not know.
template <class E>
E toEnum(int value, E last) {
    return value >= 0 && value <= static_cast<int>(last) ? static_cast<E>(value) : E{};
}

void put(const SessionDescription& from, livekit::SessionDescription& to);
void put(const Trickle& from, livekit::TrickleRequest& to);
void put(const TrackInfo& from, livekit::TrackInfo& to);
void put(const ParticipantInfo& from, livekit::ParticipantInfo& to);
void put(const RoomInfo& from, livekit::Room& to);
void put(const Leave& from, livekit::LeaveRequest& to);
void put(const AddTrack& from, livekit::AddTrackRequest& to);
void put(const UpdateSubscription& from, livekit::UpdateSubscription& to);
void put(const UpdateMetadata& from, livekit::UpdateParticipantMetadata& to);
void put(const UpdateLocalAudioTrack& from, livekit::UpdateLocalAudioTrack& to);
void put(const TrackPublished& from, livekit::TrackPublishedResponse& to);
void put(const IceServer& from, livekit::ICEServer& to);
void put(const ServerInfo& from, livekit::ServerInfo& to);

SessionDescription get(const livekit::SessionDescription& from, Limits& limits);
Trickle get(const livekit::TrickleRequest& from, Limits& limits);
TrackInfo get(const livekit::TrackInfo& from, Limits& limits);
ParticipantInfo get(const livekit::ParticipantInfo& from, Limits& limits);
RoomInfo get(const livekit::Room& from, Limits& limits);
Leave get(const livekit::LeaveRequest& from, Limits& limits);
AddTrack get(const livekit::AddTrackRequest& from, Limits& limits);
UpdateSubscription get(const livekit::UpdateSubscription& from, Limits& limits);
UpdateMetadata get(const livekit::UpdateParticipantMetadata& from, Limits& limits);
UpdateLocalAudioTrack get(const livekit::UpdateLocalAudioTrack& from, Limits& limits);
TrackPublished get(const livekit::TrackPublishedResponse& from, Limits& limits);
IceServer get(const livekit::ICEServer& from, Limits& limits);
ServerInfo get(const livekit::ServerInfo& from, Limits& limits);

}  // namespace parlour::signal::wire
