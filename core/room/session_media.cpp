// SPDX-License-Identifier: Apache-2.0
// The media connections of LiveKit's protocol. Two: the subscriber answers what the server offers, the publisher offers our
// microphone. Or one for both ways, the publisher, on which we offer lines for what the server sends, too. And the data
// channels (what they carry: session_chat.cpp).
#include "core/crypto/random.h"
#include "core/room/session_impl.h"

namespace parlour::room {
namespace {

constexpr base::Duration kFarewellTime = std::chrono::seconds(1);
constexpr std::size_t kMaxWaitingData = 64;
constexpr std::size_t kMaxSenders = 16'384;
constexpr std::size_t kSpareLines = 3;      // as other SDKs: so many speakers are heard without another offer
constexpr int kMaxAskedForPictures = 3;

rtc::PeerConnectionConfig linkConfig(std::shared_ptr<const rtc::Certificate> certificate, bool publisher) {
    rtc::PeerConnectionConfig config;
    config.transport.iceMode = rtc::IceMode::full;
    config.transport.controlling = publisher;   // the offerer; against a lite server we control both
    config.transport.certificate = std::move(certificate);
    config.createChannels = publisher;
    config.cname = crypto::randomToken(12);
    return config;
}

/// The server says which track comes on which line; one that does not has the sid in its names (livekit-protocol 2.2).
base::TrackSid trackOf(const rtc::RemoteTrackAdded& added, const std::map<std::string, std::string>& known) {
    if (const auto it = known.find(added.mid); it != known.end() && !it->second.empty()) return base::TrackSid(it->second);
    if (added.trackId.starts_with("TR")) return base::TrackSid(added.trackId);
    const auto bar = added.streamId.find('|');
    const auto rest = bar == std::string::npos ? std::string() : added.streamId.substr(bar + 1);
    return base::TrackSid(rest.starts_with("TR") ? rest : added.trackId);
}

}  // namespace

bool RoomSession::Impl::onStage() const {
    const auto* me = state.me();
    return me != nullptr && me->seat == api::Seat::stage;
}

void RoomSession::Impl::openSubscriber() {
    subscriber = std::make_unique<MediaLink>(loop, linkConfig(certificate, false), ways(),
                                             [this](rtc::PeerEvent& event) { onLinkEvent(*subscriber, event); });
}

void RoomSession::Impl::openPublisher() {
    if (publisher) return;
    publisher = std::make_unique<MediaLink>(loop, linkConfig(certificate, true), ways(),
                                            [this](rtc::PeerEvent& event) { onLinkEvent(*publisher, event); });
    if (!single.on) offerPublisher();
}

/// The first offer goes with the join itself: one round trip less.
bool RoomSession::Impl::openSingle() {
    openPublisher();
    publisher->connection().addReceivers(kSpareLines);
    auto offer = publisher->connection().createOffer(publisher->now());
    if (!offer) {
        lost(offer.error(), true);
        return false;
    }
    single.offer = std::move(*offer);
    ++offering.id;
    offering.pending = true;
    publisher->flush();
    return true;
}

/// A server that wants to send more than there are lines for, or to change what it sends, asks for an offer.
void RoomSession::Impl::onSectionsWanted(const signal::MediaSectionsRequirement& wanted) {
    if (!single.on || !publisher) return;
    const bool onlyPictures = wanted.audios == 0 && wanted.videos > 0;
    single.pictures = onlyPictures ? single.pictures + 1 : 0;
    if (single.pictures > kMaxAskedForPictures) return;
    publisher->connection().addReceivers(wanted.audios);
    offerPublisher();
}

/// Nobody looks at them here, so nobody needs to send them.
void RoomSession::Impl::declinePictures(const std::vector<signal::ParticipantInfo>& people) {
    signal::UpdateSubscription refusal;
    for (const auto& person : people)
        for (const auto& track : person.tracks) {
            if (track.type != signal::TrackType::video || declined.contains(track.sid)) continue;
            if (declined.size() >= kMaxSenders) declined.clear();
            declined.insert(track.sid);
            refusal.tracks.push_back(track.sid);
        }
    if (!refusal.tracks.empty()) say(refusal);
}

void RoomSession::Impl::dropMedia() {
    farewellTimer.cancel();
    if (wiring) {
        wiring->unpublish();
        wiring->removeAll();
    }
    // One of them may be the one whose event we are handling.
    for (auto* link : {&subscriber, &publisher}) {
        if (!*link) continue;
        (*link)->silence();
        retiredLinks.push_back(std::move(*link));
    }
    if (!retiredLinks.empty())
        loop.post([weak = weak_from_this()] {
            if (const auto self = weak.lock()) self->retiredLinks.clear();
        });
    publication.reset();
    offering.pending = false;
    offering.wanted = false;
    chat.streams.clear();
    lastSubscriberAnswer.clear();
    declined.clear();
}

void RoomSession::Impl::linkStateChanged(MediaLink& link, const rtc::ConnectionStateChanged& change) {
    const bool current = &link == subscriber.get() || &link == publisher.get();
    if (!current || state.session == SessionState::left || leaving) return;
    switch (change.state) {
        case rtc::TransportState::connected:
            // A resume is complete when the server has said so, too.
            if (&link == primary() && signalReady) joined();
            break;
        case rtc::TransportState::disconnected:
            // Consent is stale: the network under us may have changed. A resume restarts ICE on both.
            if (state.session == SessionState::joined)
                lost({base::ErrorKind::unreachable, "media_lost", "The sound's way to the server was lost.", "", change.reason}, false);
            break;
        case rtc::TransportState::closed:
            // An orderly end: the server says why on the signalling connection, and that may come a moment later.
            if (signalReady && state.session == SessionState::joined) {
                farewellTimer = loop.postAfter(kFarewellTime, [this, during = attempt, reason = change.reason] {
                    if (attempt == during)
                        lost({base::ErrorKind::unreachable, "media_closed", "The server ended the sound.", "", reason}, true);
                });
                break;
            }
            [[fallthrough]];
        case rtc::TransportState::failed:
            lost({base::ErrorKind::unreachable, "media_failed", "The sound's way to the server could not be kept.",
                  "A firewall may block UDP.", change.reason},
                 true);
            break;
        case rtc::TransportState::fresh:
        case rtc::TransportState::checking:
        case rtc::TransportState::connecting: break;
    }
}

void RoomSession::Impl::onLinkEvent(MediaLink& link, rtc::PeerEvent& event) {
    const bool publishes = &link == publisher.get(), hears = &link == hearing();
    if (!publishes && !hears) return;
    if (const auto* frame = std::get_if<rtc::RemoteFrame>(&event)) {
        if (hears) wiring->received(*frame);
    } else if (const auto* change = std::get_if<rtc::ConnectionStateChanged>(&event)) {
        linkStateChanged(link, *change);
    } else if (const auto* candidate = std::get_if<rtc::LocalCandidate>(&event)) {
        const auto target = publishes ? signal::SignalTarget::publisher : signal::SignalTarget::subscriber;
        say(signal::Trickle{rtc::toCandidateInit(candidate->candidate, candidate->mid), target, false});
    } else if (const auto* added = std::get_if<rtc::RemoteTrackAdded>(&event)) {
        if (!hears) return;
        wiring->add(added->mid, trackOf(*added, single.tracks));
        remoteTracksChanged();
    } else if (const auto* removed = std::get_if<rtc::RemoteTrackRemoved>(&event)) {
        if (const auto* track = wiring->sidOf(removed->mid)) setAudioTrack(state, *track, 0);
        wiring->remove(removed->mid);
        publish();
    } else if (const auto* opened = std::get_if<rtc::DataChannelOpened>(&event)) {
        if (publishes) flushData();
        // What was said after the history was asked for and before the chat's channel was there has passed us by.
        if (hears && opened->label == rtc::DataLabel::reliable && state.session == SessionState::joined) askHistory();
    } else if (const auto* data = std::get_if<rtc::DataReceived>(&event)) {
        onData(data->bytes);
    } else if (const auto* feedback = std::get_if<rtc::SenderFeedback>(&event)) {
        if (publishes) wiring->reported(feedback->feedback);
    } else if (std::holds_alternative<rtc::NegotiationNeeded>(event)) {
        if (publishes) offerPublisher();
    }
}

void RoomSession::Impl::offerPublisher() {
    if (!publisher) return;
    if (offering.pending || !signalReady) {
        offering.wanted = true;   // after the answer
        return;
    }
    offering.wanted = false;
    auto offer = publisher->connection().createOffer(publisher->now());
    if (!offer) return;
    offering.pending = true;
    if (single.on) single.offer = *offer;
    say(signal::Offer{{"offer", std::move(*offer), ++offering.id, {}}});
    publisher->flush();
}

/// One place decides whether sound leaves: on stage, allowed, not held, and the person's own switch is open (T32).
void RoomSession::Impl::applyMicrophone() {
    const auto* me = state.me();
    const bool live = state.microphoneWanted && state.session != SessionState::left && !leaving && onStage() && maySpeak(permission) &&
                      me != nullptr && !me->held;
    state.microphoneLive = live;
    audio.setGate(live);
    if (wiring) wiring->setLive(live);
    if (!onStage() || !maySpeak(permission)) {
        if (publication) stopPublishing();
        return;
    }
    if (live && !publication && signalReady && hearing() != nullptr) startPublishing();
    if (publication && !publication->sid.empty() && publication->muted == live) {
        publication->muted = !live;   // a resume repeats it
        say(signal::MuteTrack{publication->sid, !live});
    }
}

void RoomSession::Impl::startPublishing() {
    openPublisher();
    publication = Publication{};
    publication->cid = "mic-" + crypto::randomToken(9);
    signal::AddTrack add;
    add.cid = publication->cid;
    add.name = "microphone";
    add.type = signal::TrackType::audio;
    add.source = signal::TrackSource::microphone;
    add.stream = "microphone";
    publication->stereo = add.stereo = add.disableDtx = audio.sendsMusic();
    say(add);
}

void RoomSession::Impl::onTrackPublished(const signal::TrackPublished& track) {
    if (!publication || publication->cid != track.cid || !publisher) return;
    publication->sid = track.track.sid;
    publication->sender = publisher->connection().addAudioSender({"microphone", publication->cid, !publication->stereo, true, publication->stereo});
    wiring->publish(publisher.get(), *publication->sender);
    publisher->flush();   // NegotiationNeeded makes the offer
    applyMicrophone();
}

void RoomSession::Impl::stopPublishing() {
    if (!publication) return;
    wiring->unpublish();
    if (publisher && publication->sender) {
        publisher->connection().removeSender(*publication->sender);
        publisher->flush();
    }
    publication.reset();
}

/// Music has two channels and speech has one; what a track has is said when it is published, so another one begins.
void RoomSession::Impl::followMusic() {
    if (!publication || publication->sid.empty() || publication->stereo == audio.sendsMusic()) return;
    stopPublishing();
    applyMicrophone();
}

/// Which person is mixed under which track; roster and media may come in any order.
void RoomSession::Impl::remoteTracksChanged() {
    if (!wiring || hearing() == nullptr) return;
    wiring->forEach([this](std::uint32_t id, const base::TrackSid& trackSid) { setAudioTrack(state, trackSid, id); });
    applyVolumes();
    publish();
}

void RoomSession::Impl::applyVolumes() {
    if (!wiring) return;
    for (const auto& p : state.participants) {
        if (p->microphoneTrack.empty()) continue;
        wiring->setPerson(p->microphoneTrack, p->identity);
        if (const auto found = volumes.find(p->identity); found != volumes.end()) wiring->setGain(p->microphoneTrack, found->second);
    }
}

void RoomSession::Impl::sendData(signal::DataPacket packet) {
    if (waitingData.size() >= kMaxWaitingData) waitingData.pop_front();
    waitingData.push_back(std::move(packet));
    if (hearing() != nullptr) openPublisher();   // a listener's publisher connection comes up with the first word
    flushData();
}

void RoomSession::Impl::flushData() {
    while (publisher && !waitingData.empty()) {
        waitingData.front().sequence = nextDataSequence;
        const auto bytes = signal::encodeDataPacket(waitingData.front());
        if (!publisher->connection().sendData(rtc::DataLabel::reliable, bytes, publisher->now())) break;
        waitingData.pop_front();
        ++nextDataSequence;
    }
    if (publisher) publisher->flush();
}

void RoomSession::Impl::onData(base::ByteView bytes) {
    auto packet = signal::decodeDataPacket(bytes);
    if (!packet) return;
    if (packet->sequence != 0 && !packet->senderSid.empty()) {
        if (lastData.size() >= kMaxSenders && !lastData.contains(packet->senderSid)) lastData.clear();
        auto& last = lastData[packet->senderSid];
        if (packet->sequence <= last) return;   // repeated after a resume
        last = packet->sequence;
    }
    if (const auto* user = std::get_if<signal::UserData>(&packet->value))
        onUserData(*packet, *user);
    else
        onChatPacket(*packet);
}

}  // namespace parlour::room
