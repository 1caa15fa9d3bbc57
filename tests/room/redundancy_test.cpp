// SPDX-License-Identifier: Apache-2.0
// From a voice through encoder, RED, SRTP, forwarder and jitter buffer to two ears, over ways that lose packets: in
// virtual time. Which packets are lost differs from run to run (RTCP is paced by chance), so bounds are for any of them.
#include <random>

#include "audio/capture_chain.h"
#include "audio/jitter_buffer.h"
#include "tests/sfu/forward_lab.h"
#include "tests/support/likeness.h"
#include "tests/support/speech.h"

using namespace parlour;
using namespace parlour::tests;

namespace {

struct Ear {
    std::unique_ptr<Listener> listener;
    audio::JitterBuffer buffer;
    std::vector<float> heard;
    double concealedPercent() const {
        const auto& s = buffer.stats();
        return 100.0 * static_cast<double>(s.concealedSamples) / static_cast<double>(s.totalSamplesReceived);
    }
};

struct Talk {
    audio::SendPlan plan;
    Ear red, plain;
    std::vector<float> said;
    std::uint64_t recovered = 0;
    /// How alike the voice and what an ear heard are, over the second half.
    double likenessOf(const Ear& ear) const {
        const auto half = said.size() / 2;
        return likeness(std::span(said).subspan(half, 96'000), std::span(ear.heard).subspan(half, 120'000));
    }
};

/// A minute of talk; each way loses `loss` of its packets.
Talk talk(double loss, bool withRed) {
    Talk out;
    const auto voice = speechLike(60.0, 11);
    Lab lab;
    Speaker speaker(lab, 1, 5001, withRed);
    auto* publisher = speaker.publish();
    for (auto [ear, port, takesRed] : {std::tuple(&out.red, 6001, true), std::tuple(&out.plain, 6002, false)}) {
        ear->listener = std::make_unique<Listener>(lab, static_cast<std::uint16_t>(port), takesRed);
        ear->listener->subscribe(publisher);
    }
    std::mt19937 dice(5);
    const auto lost = [&] { return static_cast<double>(dice()) < loss * 4294967296.0; };
    speaker.pair.losesUp = lost;
    lab.losesDown = lost;
    audio::CaptureChain chain(
        [&](const base::OpusFrame& frame) { speaker.pair.client.sendFrame(speaker.sender, frame, lab.now); }, {});
    audio::CaptureSettings settings;
    settings.echoCancelling = settings.noiseSuppression = settings.highPass = false;
    chain.apply(settings);
    chain.setGate(true, 1);
    for (std::size_t at = 0; at + 480 <= voice.size(); at += 480) {
        lab.now += 10ms;
        const auto block = std::span(voice).subspan(at, 480);
        chain.process(block, {}, lab.now);
        out.said.insert(out.said.end(), block.begin(), block.end());
        speaker.pair.exchange(lab.now);
        lab.batch.flush();
        if (speaker.pair.feedback) {
            auto feedback = *std::exchange(speaker.pair.feedback, std::nullopt);
            feedback.audience = 2;
            chain.setFeedback(feedback);
        }
        for (auto* ear : {&out.red, &out.plain}) {
            ear->listener->pair.exchange(lab.now);
            for (const auto& f : ear->listener->pair.heard) ear->buffer.insert(f.frame);
            ear->listener->pair.heard.clear();
            std::array<float, 480> sound{};
            ear->buffer.pull(sound, lab.now);
            ear->heard.insert(ear->heard.end(), sound.begin(), sound.end());
        }
    }
    out.plan = chain.plan();
    out.recovered = lab.forwarder.stats().recovered;
    for (auto* ear : {&out.red, &out.plain}) ear->listener.reset();
    return out;
}

}  // namespace

TEST_CASE("where a tenth of the packets is lost on each way, copies save most of what would be invented", "[room][red]") {
    const auto with = talk(0.10, true);
    const auto without = talk(0.10, false);
    INFO("concealed %: RED " << with.red.concealedPercent() << ", plain beside it " << with.plain.concealedPercent()
                             << ", nobody sends RED " << without.red.concealedPercent() << "; plan " << with.plan.frameMs
                             << " ms, " << with.plan.redundancy << " copies, " << with.plan.bitRate << " bit/s");
    CHECK(with.plan.redundancy >= 2);  // which of two and three depends on the losses just reported
    CHECK(without.plan.redundancy == 0);
    CHECK(with.recovered > 100);
    CHECK(with.red.buffer.stats().fecPacketsReceived > 100);
    CHECK(with.red.concealedPercent() < without.red.concealedPercent() / 2.0);
    CHECK(with.red.concealedPercent() < 4.0);
    // The server's copies help those who take no RED on the speaker's way at least.
    CHECK(with.plain.concealedPercent() < without.plain.concealedPercent() / 1.1);
    CHECK(with.likenessOf(with.red) > 0.9);
    CHECK(with.likenessOf(with.plain) > 0.8);
}

TEST_CASE("on a clean way both ears hear the voice, and 10 ms frames carry one copy in a small room", "[room][red]") {
    const auto clean = talk(0.0, true);
    CHECK(clean.plan.frameMs == 10);
    CHECK(clean.plan.redundancy == 1);
    CHECK(clean.recovered == 0);
    for (const auto* ear : {&clean.red, &clean.plain}) {
        CHECK(ear->concealedPercent() < 0.1);
        CHECK(clean.likenessOf(*ear) > 0.95);
    }
}
