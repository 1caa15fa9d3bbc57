// SPDX-License-Identifier: Apache-2.0
// Load for any server that speaks LiveKit's protocol: rooms with one talker each and many listeners, over real sockets, in one thread.
// side_by_side.py drives it.
//   parlour_bench_load redeem LINK COUNT      new people redeem it; {"url","tokens":[…]}
//   parlour_bench_load crowd URL FILE         FILE: "ROOM talk|hear TOKEN" a line, talkers first. Commands on standard input, one JSON
//                                             line on standard output for each:
//       join AT_ONCE                          everybody comes in, so many under way at a time; ends when each has sound
//       talk ROOMS dtx|steady SECONDS         the first so many talkers talk, the others are silent; what arrived of it
// Talking is a packet each 20 ms; with dtx it is so for a second, then comes a second of silence. Silence is a packet each 400 ms.
#include <cstdio>
#include <deque>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "core/base/thread.h"
#include "core/net/event_loop.h"
#include "core/room/house_client.h"
#include "core/room/signal_connection.h"
#include "tests/bench/load_line.h"

using namespace parlour;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

constexpr auto kTick = 10ms;
constexpr std::size_t kTurns = 10;        // a connected line is looked at every so many ticks
constexpr auto kFrame = 20ms, kSilentFrame = 400ms, kSpurt = 1000ms;
constexpr std::size_t kSpeechBytes = 80;  // 32 kbit/s at 20 ms
constexpr std::size_t kSilenceBytes = 3;
constexpr auto kJoinPatience = 30s;       // then it is tried again
constexpr auto kTail = 500ms;             // nothing more has come for so long: what is missing is lost
constexpr auto kLongestTail = 10s;        // a server that is late on a busy machine has not lost anything
constexpr int kRedeemsAtOnce = 8;

[[noreturn]] void stop(const std::string& why) {
    std::fprintf(stderr, "parlour_bench_load: %s\n", why.c_str());
    std::_Exit(1);
}
double seconds(base::Duration d) { return std::chrono::duration<double>(d).count(); }
double ownCpu() {
    timespec t{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

class Person {
  public:
    Person(net::EventLoop& loop, std::shared_ptr<const rtc::Certificate> certificate, std::string url, std::string token, int room, bool talks)
        : m_loop(loop), m_certificate(std::move(certificate)), m_url(std::move(url)), m_token(std::move(token)), m_room(room), m_talks(talks) {}

    void join() {
        m_came = false;
        m_asked = m_loop.clock().now();
        m_problem.clear();
        m_signal.reset();
        m_ears = std::make_unique<bench::Line>(m_loop.clock(), m_certificate, false, [this](rtc::PeerEvent& e) { event(e, signal::SignalTarget::subscriber); });
        if (m_talks) m_mouth = std::make_unique<bench::Line>(m_loop.clock(), m_certificate, true, [this](rtc::PeerEvent& e) { event(e, signal::SignalTarget::publisher); });
        m_sender.reset();
        m_offers = 0;
        m_tracks = false;
        m_signal = std::make_unique<room::SignalConnection>(
            m_loop, room::SignalTarget{m_url, {}, m_token, {}}, [this](signal::SignalResponse message) { handle(message); },
            [this](room::SignalEnd end) {
                m_problem = end.error.code + " " + std::to_string(end.status) + " " + end.error.detail;
                m_again = std::max(end.retryAfterS, 2);
            });
    }
    bool ready() const { return m_talks ? m_mouth && m_mouth->connected() && m_sender : m_ears && m_ears->connected() && m_tracks; }
    void noteReady() { m_came = true; }
    bool asked() const { return m_ears != nullptr; }
    /// What was begun came to nothing: it is somebody else's turn first.
    void giveUp() {
        m_signal.reset();
        m_ears.reset();
        m_mouth.reset();
    }
    bool talks() const { return m_talks; }
    int room() const { return m_room; }
    bench::Line& ears() { return *m_ears; }
    const std::string& problem() const { return m_problem; }
    /// When a join that came to nothing is to be made anew.
    bool failed(base::TimePoint now) const {
        return (!m_came && now - m_asked > kJoinPatience) || (!m_problem.empty() && now - m_asked > std::chrono::seconds(m_again));
    }
    void pump() {
        if (m_ears) m_ears->pump();
        if (m_mouth) m_mouth->pump();
    }
    /// Sends what is due by now; how many packets.
    int talk(base::TimePoint now, bool speaks) {
        if (!ready()) return 0;
        int count = 0;
        const base::Duration step = speaks ? base::Duration(kFrame) : base::Duration(kSilentFrame);
        if (m_nextFrame == base::TimePoint{} || speaks != m_spoke) m_nextFrame = now;
        const bool first = speaks && !m_spoke;
        for (; m_nextFrame <= now; m_nextFrame += step) {
            base::OpusFrame frame;
            frame.size = speaks ? kSpeechBytes : kSilenceBytes;
            frame.payload.fill(std::byte{0x5a});
            frame.payload[0] = std::byte{0x78};   // CELT, 20 ms
            frame.sequence = m_packets++;
            frame.rtpTimestamp = static_cast<std::uint32_t>(m_nextFrame.time_since_epoch().count() * 48 / 1000);
            frame.level.value = speaks ? 20 : 127;
            frame.marker = first && count == 0;
            m_mouth->connection.sendFrame(*m_sender, frame, now);
            ++count;
        }
        m_spoke = speaks;
        if (count > 0) m_mouth->flush();
        return count;
    }

  private:
    base::TimePoint now() const { return m_loop.clock().now(); }
    bench::Line* line(signal::SignalTarget target) { return target == signal::SignalTarget::subscriber ? m_ears.get() : m_mouth.get(); }
    void event(rtc::PeerEvent& event, signal::SignalTarget target) {
        if (const auto* local = std::get_if<rtc::LocalCandidate>(&event)) {
            m_signal->send(signal::Trickle{rtc::toCandidateInit(local->candidate, local->mid), target, false});
        } else if (std::holds_alternative<rtc::RemoteTrackAdded>(event)) {
            m_tracks = true;
        } else if (const auto* state = std::get_if<rtc::ConnectionStateChanged>(&event)) {
            if (state->state == rtc::TransportState::failed || state->state == rtc::TransportState::closed) m_problem = "media " + state->reason;
        }
    }
    void handle(signal::SignalResponse& message) {
        if (const auto* join = std::get_if<signal::Join>(&message)) {
            m_signal->keepAlive(join->pingIntervalS, join->pingTimeoutS);
            if (!m_talks) return;
            signal::AddTrack track;
            track.cid = "load-mic";
            track.disableRed = true;
            m_signal->send(track);
        } else if (std::get_if<signal::TrackPublished>(&message) != nullptr) {
            if (!m_talks || m_sender) return;
            m_sender = m_mouth->connection.addAudioSender({"stream", "load-mic", true, false});
            if (auto sdp = m_mouth->connection.createOffer(now())) m_signal->send(signal::Offer{{"offer", *sdp, ++m_offers, {}}});
            m_mouth->flush();
        } else if (const auto* offer = std::get_if<signal::Offer>(&message)) {
            if (auto answer = m_ears->connection.acceptOffer(offer->description.sdp, now()))
                m_signal->send(signal::Answer{{"answer", *answer, offer->description.id, {}}});
            m_ears->flush();
        } else if (const auto* answer = std::get_if<signal::Answer>(&message)) {
            if (m_mouth) (void)m_mouth->connection.acceptAnswer(answer->description.sdp, now());
        } else if (const auto* trickle = std::get_if<signal::Trickle>(&message)) {
            const auto candidate = rtc::parseCandidateInit(trickle->candidateInit);
            if (auto* to = line(trickle->target); to != nullptr && candidate) {
                to->connection.addRemoteCandidate(*candidate, now());
                to->flush();
            }
        } else if (const auto* leave = std::get_if<signal::Leave>(&message)) {
            m_problem = "told to leave, reason " + std::to_string(static_cast<int>(leave->reason));
        }
    }

    net::EventLoop& m_loop;
    std::shared_ptr<const rtc::Certificate> m_certificate;
    const std::string m_url, m_token;
    const int m_room;
    const bool m_talks;
    std::unique_ptr<bench::Line> m_ears, m_mouth;
    std::unique_ptr<room::SignalConnection> m_signal;
    std::optional<rtc::SenderId> m_sender;
    std::uint32_t m_offers = 0;
    bool m_tracks = false, m_spoke = false, m_came = false;
    std::int64_t m_packets = 0;
    base::TimePoint m_asked{}, m_nextFrame{};
    std::string m_problem;
    int m_again = 2;
};

class Crowd {
  public:
    Crowd(net::EventLoop& loop, const std::string& url, const std::string& file) : m_loop(loop) {
        const auto certificate = rtc::Certificate::generate();
        std::ifstream in(file);
        int room = 0;
        for (std::string what, token; in >> room >> what >> token;) {
            m_people.push_back(std::make_unique<Person>(loop, certificate, url, token, room, what == "talk"));
            m_rooms = std::max(m_rooms, room + 1);
            m_listeners.resize(static_cast<std::size_t>(m_rooms));
            if (what != "talk") ++m_listeners[static_cast<std::size_t>(room)];
        }
        if (m_people.empty()) stop("nobody stands in " + file);
        tick();
    }

    void command(const std::string& line) {
        std::istringstream in(line);
        std::string verb, mode;
        in >> verb;
        m_begun = m_loop.clock().now();
        m_cpu = ownCpu();
        if (verb == "join") {
            in >> m_atOnce;
            m_joining = true;
        } else if (verb == "talk") {
            double duration = 0;
            in >> m_talking >> mode >> duration;
            m_dtx = mode == "dtx";
            m_until = m_begun + std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(duration));
            m_sent = 0;
            for (auto& p : m_people) {
                if (p->talks()) continue;
                p->pump();
                p->ears().arrivals.start();
            }
        } else {
            stop("what is " + verb + "?");
        }
    }

  private:
    void tick() {
        const auto now = m_loop.clock().now();
        for (std::size_t i = 0; i < m_people.size(); ++i) {
            auto& p = *m_people[i];
            if (p.asked() && (!p.ready() || i % kTurns == m_turn)) p.pump();
            if (!p.talks()) continue;
            // After the end nobody says a word until the last packet is counted.
            if (m_until != base::TimePoint{} && now >= m_until) continue;
            const bool mine = m_until != base::TimePoint{} && p.room() < m_talking;
            const bool pause = m_dtx && (now - m_begun) / kSpurt % 2 == 1;
            m_sent += p.talk(now, mine && !pause) * m_listeners[static_cast<std::size_t>(p.room())];
        }
        m_turn = (m_turn + 1) % kTurns;
        if (m_joining) goOn(now);
        if (m_until != base::TimePoint{} && now >= m_until) seeOut(now);
        m_timer = m_loop.postAfter(std::max<base::Duration>(kTick - (m_loop.clock().now() - now), 1ms), [this] { tick(); });
    }
    void goOn(base::TimePoint now) {
        int underWay = 0, ready = 0, talkers = 0;
        for (auto& p : m_people) {
            if (p->ready()) {
                ++ready;
                p->noteReady();
                talkers += p->talks();
            } else if (p->asked() && p->failed(now)) {
                ++m_again[p->problem().empty() ? "no sound in time" : p->problem()];
                p->giveUp();
            } else {
                underWay += p->asked();
            }
        }
        for (auto& p : m_people) {
            if (underWay >= m_atOnce || (!p->talks() && talkers < m_rooms)) break;
            if (p->asked()) continue;
            p->join();
            ++underWay;
        }
        if (now - m_begun > 560s) stop("not all came in: " + std::to_string(ready) + " of " + std::to_string(m_people.size()) + " " + Json(m_again).dump());
        if (ready < static_cast<int>(m_people.size())) return;
        m_joining = false;
        print({{"event", "joined"}, {"people", ready}, {"seconds", seconds(now - m_begun)}, {"own_cpu", ownCpu() - m_cpu}, {"again", m_again}});
    }
    /// Until everything is here or nothing more comes.
    void seeOut(base::TimePoint now) {
        std::int64_t received = 0;
        for (auto& p : m_people)
            if (!p->talks()) received += p->ears().arrivals.received();
        if (std::exchange(m_received, received) != received) m_lastCame = now;
        if (received >= m_sent || now >= std::max(m_lastCame, m_until) + kTail || now >= m_until + kLongestTail) report(now);
    }
    void report(base::TimePoint now) {
        std::int64_t received = 0, gaps = 0;
        int away = 0;
        for (auto& p : m_people) {
            if (p->talks()) continue;
            p->pump();
            received += p->ears().arrivals.received();
            gaps += p->ears().arrivals.gaps();
            away += !p->ready() || !p->problem().empty();
        }
        const auto late = std::max(m_lastCame, m_until) - m_until;
        m_until = {};
        // Both ways of counting: numbers passed over, and what the talkers sent less what came.
        print({{"event", "talked"}, {"sent", m_sent}, {"received", received}, {"lost", std::max(gaps, m_sent - received)}, {"gaps", gaps},
               {"away", away}, {"late", seconds(late)}, {"seconds", seconds(now - m_begun)}, {"own_cpu", ownCpu() - m_cpu}});
    }
    static void print(const Json& what) { std::cout << what.dump() << std::endl; }

    net::EventLoop& m_loop;
    std::vector<std::unique_ptr<Person>> m_people;
    std::vector<std::int64_t> m_listeners;   // by room
    int m_rooms = 0, m_atOnce = 1, m_talking = 0;
    std::size_t m_turn = 0;
    bool m_joining = false, m_dtx = false;
    base::TimePoint m_begun{}, m_until{};
    double m_cpu = 0;
    std::int64_t m_sent = 0, m_received = 0;
    base::TimePoint m_lastCame{};
    std::map<std::string, int> m_again;
    base::Timer m_timer;
};

/// People of their own keys; the front door may send them away for a while.
class Redeeming {
  public:
    Redeeming(net::EventLoop& loop, const std::string& link, int count) : m_loop(loop), m_left(count) {
        auto parsed = signal::InviteLink::parse(link);
        if (!parsed) stop("not a link: " + link);
        m_link = std::make_unique<signal::InviteLink>(*parsed);
        for (int i = 0; i < count; ++i) m_people.push_back(std::make_unique<One>());
        for (int i = 0; i < std::min(count, kRedeemsAtOnce); ++i) next();
        if (!loop.runUntil([this] { return m_left == 0; }, 500s)) stop("waited too long for the redeems");
        std::cout << Json{{"url", m_url}, {"tokens", m_tokens}}.dump() << std::endl;
    }

  private:
    struct One {
        room::PersonKeys keys = room::PersonKeys::fresh();
        std::unique_ptr<room::HouseClient> client;
        base::Timer timer;
    };
    void next() {
        if (m_next < m_people.size()) redeem(m_next++);
    }
    void redeem(std::size_t i) {
        auto& one = *m_people[i];
        one.client = std::make_unique<room::HouseClient>(m_loop, one.keys, room::HouseAddress{m_link->origin(), m_link->pin()});
        one.client->redeem(m_link->id(), m_link->secret(), "Person " + std::to_string(i), [this, i](base::Result<api::Redeemed> in) {
            if (!in && in.error().code == "arriving") {
                m_people[i]->timer = m_loop.postAfter(std::chrono::seconds(in.error().detail.empty() ? 1 : std::stoi(in.error().detail)), [this, i] { redeem(i); });
                return;
            }
            if (!in) stop(base::describe(in.error()));
            m_url = in->join.url;
            m_tokens.push_back(in->join.token);
            --m_left;
            next();
        });
    }

    net::EventLoop& m_loop;
    std::unique_ptr<signal::InviteLink> m_link;
    std::vector<std::unique_ptr<One>> m_people;
    std::size_t m_next = 0;
    int m_left;
    std::string m_url;
    std::vector<std::string> m_tokens;
};

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    net::EventLoop loop;
    if (words.size() == 3 && words[0] == "redeem") {
        const Redeeming redeeming(loop, words[1], std::stoi(words[2]));
        std::_Exit(0);
    }
    if (words.size() == 3 && words[0] == "crowd") {
        Crowd crowd(loop, words[1], words[2]);
        base::Thread reader("commands", base::ThreadPriority::normal, [&] {
            for (std::string line; std::getline(std::cin, line);) loop.post([&crowd, line] { crowd.command(line); });
            std::_Exit(0);   // thousands of polite goodbyes are not measured
        });
        loop.run();
        return 0;
    }
    std::fprintf(stderr, "parlour_bench_load redeem|crowd …; see the source\n");
    return 2;
}
