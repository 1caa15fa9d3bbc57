// SPDX-License-Identifier: Apache-2.0
// Door: what the app asks of the client side of Parlour (session, sound, known houses, embedded server).
// Real: app/desktop/live_client (net thread behind it). Fake: ui/models/offline_client (the offline twin; no network, no sound).
// Thread: every call from the UI thread and none blocks; answers and events may come on any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/api/house_types.h"
#include "core/base/error.h"
#include "core/room/room_session.h"
#include "core/room/room_state.h"
#include "core/room/session_stats.h"

namespace parlour::ui {

/// What a link says by itself: no network is touched to know it.
struct LinkFacts {
    std::string host;        ///< host[:port] as it would be dialled
    bool secure = true;      ///< TLS
    bool pinned = false;     ///< the link names the certificate
    bool loopback = false;   ///< this computer
    std::string display;     ///< the link without its secret
    std::string server;      ///< how to find the house again: origin, and the pin of its certificate if there is one; no secret
};

/// A room of a known house, for the hallway.
struct HallwayRoom {
    std::string origin;      ///< LinkFacts::server of the house
    std::string host;        ///< as people read it
    std::string houseName;
    base::RoomId room;
    std::string title;
    bool live = false;
    int listeners = 0;
    int onStage = 0;
    std::optional<base::WallTime> liveSince;
    bool thisComputer = false;
};

struct KnownServer {
    std::string origin;
    std::string host;
    bool reachable = false;
    bool thisComputer = false;
};

struct HallwayView {
    std::vector<KnownServer> servers;
    std::vector<HallwayRoom> rooms;
};

/// Who can reach a room that is hosted on this computer.
enum class Reach { thisComputer, localNetwork };

struct SoundSettings {
    std::string capture;   ///< "" = system default, else an endpoint: "device:NAME", "file:PATH", "tone:HZ", "null"
    std::string playout;
    bool echoCancelling = true;
    bool noiseSuppression = true;
    bool rumbleFilter = true;
    bool voiceGate = false;
    bool levelling = true;
    int seats = 0;         ///< 0 off, 1 headphones, 2 loudspeakers
    bool automaticGain = true;
    bool music = false;    ///< two channels, 128 kbit/s, nothing of the above
    std::string ring;      ///< where bells ring; as playout
    int delay = 0;         ///< 0 automatic, 1 low latency, 2 comfort
};

struct SoundState {
    bool captureOk = true;
    bool playoutOk = true;
    bool fallback = false; ///< the system's default stands in for a chosen device that is away
    base::Error problem;   ///< of the first that is not ok or not the chosen one
    int blockMs = 0;       ///< of sound per call of the loudspeaker; 0 = no device runs
    int packetMs = 0;      ///< of sound per packet, as decided last
};

/// The own microphone now; nothing here opens it.
struct MicrophoneNow {
    bool running = false;    ///< the device is open
    bool speaking = false;   ///< somebody speaks into it
    float level = 0.0f;      ///< linear peak of the last moment
    float noiseFloor = 0.0f; ///< RMS while nobody speaks, before automatic gain; 0 = not known
};

/// The safety track: the own microphone into a file of this computer.
struct RecordingNow {
    bool wanted = false;     ///< from start to stop, as long as it can be written
    bool running = false;
    std::chrono::seconds length{0};
    std::optional<base::Error> problem;
};

struct ClientEvents {
    std::function<void(room::RoomStatePtr)> onState;
    std::function<void(base::Error)> onRefused;
    std::function<void(HallwayView)> onHallway;
    std::function<void(room::SessionStats)> onStats;   ///< once a second inside a room
};

class RoomClient {
  public:
    virtual ~RoomClient() = default;
    virtual void listen(ClientEvents events) = 0;

    // Coming in.
    virtual base::Result<LinkFacts> readLink(const std::string& link) const = 0;
    virtual void lookInside(const std::string& link, std::function<void(base::Result<room::LinkPreview>)> done) = 0;
    virtual void enter(const std::string& link, const std::string& name) = 0;
    /// Takes what the link gives without entering a room: a membership, or a place that needs a code. Done says what it was.
    virtual void redeem(const std::string& link, const std::string& name, const std::string& code,
                        std::function<void(base::Result<api::Redeemed>)> done) = 0;
    /// A room where this person has been before; no link needed.
    virtual void enterKnown(const std::string& origin, const base::RoomId& room, const std::string& name) = 0;
    /// A room of a LiveKit server that no house stands behind. What is wrong with address or token is answered at once.
    virtual base::Result<void> enterServer(const std::string& url, const std::string& token) = 0;
    virtual void leave() = 0;

    // In the room.
    virtual void setMicrophone(bool open) = 0;
    virtual void command(const room::Command& command) = 0;
    virtual void say(const std::string& text) = 0;
    virtual void resendChat(const std::string& id) = 0;
    virtual void deleteChat(const std::string& id) = 0;
    virtual void setChatRules(std::optional<int> slowS, std::optional<std::string> pinned) = 0;
    virtual void earlierChat() = 0;
    virtual void react(std::size_t reaction) = 0;
    virtual void dismissAskToUnmute() = 0;
    virtual void setVolume(const base::Identity& who, float gain) = 0;
    virtual void createInvitation(api::Role role, std::optional<int> uses, std::optional<std::chrono::seconds> expires,
                                  std::function<void(base::Result<std::string>)> done) = 0;

    // Hallway and hosting.
    virtual void refreshHallway(const std::vector<std::string>& origins) = 0;
    /// Starts the embedded server when needed and makes a room; answers the moderator link for its founder.
    virtual void startRoom(const std::string& title, Reach reach, std::function<void(base::Result<std::string>)> done) = 0;
    /// The house of this computer gets its first owner: this person. Starts the embedded server when needed; answers where the
    /// house is found (LinkFacts::server). conflict "house_owned" when somebody else owns it.
    virtual void foundHouse(const std::string& title, const std::string& name, Reach reach,
                            std::function<void(base::Result<std::string>)> done) = 0;
    /// Starts the embedded server for a house that was founded before; answers where it is found.
    virtual void openHouse(Reach reach, std::function<void(base::Result<std::string>)> done) = 0;

    // Sound.
    virtual void applySound(const SoundSettings& settings) = 0;
    virtual SoundState soundState() const = 0;
    /// Participant::audioTrack: linear peak 0..1 of the last moment; negative = not heard here, use the announced level.
    virtual float level(std::uint32_t audioTrack) const = 0;
    virtual float microphoneLevel() const = 0;
    virtual void testMicrophone(bool on) = 0;
    virtual void recordTest(std::chrono::milliseconds length, std::function<void()> recorded) = 0;
    virtual void playTest(std::function<void()> played) = 0;
    virtual void playTone() = 0;
    /// Test, recording, replay and tone end; what was to be called then is not.
    virtual void stopTests() = 0;
    /// The bell, where the settings say.
    virtual void ring() = 0;
    virtual MicrophoneNow microphone() const { return {}; }
    /// A microphone that the person opened may keep running while they are muted, to tell them that they talk.
    virtual void keepMicrophone(bool) {}
    /// `file` must not exist; how it goes is in recording().
    virtual void startRecording(const std::string& /*file*/) {}
    virtual void stopRecording() {}
    virtual RecordingNow recording() const { return {}; }
    /// Nobody is heard; the room goes on.
    virtual void setDeafened(bool deafened) = 0;
};

}  // namespace parlour::ui
