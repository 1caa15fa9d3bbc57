// SPDX-License-Identifier: Apache-2.0
// Endpoints, sound files, the send policy and the small pieces.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "audio/audio_backend.h"
#include "audio/delay_estimator.h"
#include "audio/file_backend.h"
#include "audio/opus_decoder.h"
#include "audio/opus_encoder.h"
#include "audio/portaudio_native.h"
#include "audio/published.h"
#include "audio/send_policy.h"
#include "audio/time_stretch.h"
#include "audio/voice_gate.h"
#include "audio/wav.h"
#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/speech.h"
#include "tests/support/temp_folder.h"

using namespace parlour;
using namespace parlour::audio;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

base::Bytes bytesOf(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(in)), {});
    return base::toBytes(base::asBytes(text));
}

}  // namespace

TEST_CASE("an endpoint is what its text says") {
    CHECK(parseEndpoint("null", true)->kind == SourceKind::null);
    CHECK(parseEndpoint("device:", false)->name.empty());
    CHECK(parseEndpoint("device:alsa_output.usb-1.analog", false)->name == "alsa_output.usb-1.analog");
    CHECK(parseEndpoint("device:pulse:DEVICE=x", true)->name == "pulse:DEVICE=x");
    CHECK(parseEndpoint("file:/a b/c.wav", true)->name == "/a b/c.wav");
    CHECK_FALSE(parseEndpoint("file:c.wav", true)->loop);
    CHECK(parseEndpoint("file:c.wav?loop", true)->loop);
    CHECK(parseEndpoint("file:c.wav?loop", false)->name == "c.wav?loop");  // only sources loop
    CHECK(parseEndpoint("tone:440", true)->toneHz == 440.0);
    CHECK(parseEndpoint("tone:20000", true));
    for (const char* wrong : {"", "tone:", "tone:19", "tone:20001", "tone:4x", "file:", "mp3:x", "nul"}) {
        INFO(wrong);
        const auto r = parseEndpoint(wrong, true);
        REQUIRE_FALSE(r);
        CHECK_FALSE(r.error().message.empty());
        CHECK_FALSE(r.error().advice.empty());
    }
    CHECK_FALSE(parseEndpoint("tone:440", false));
    for (const char* text : {"null", "device:x", "file:y.wav?loop", "tone:300"})
        CHECK(toText(*parseEndpoint(text, true)) == text);
}

TEST_CASE("a sound file has a valid header from its first moment and keeps what was written") {
    TempFolder folder;
    const auto path = folder.file("out.wav");
    auto writer = WavWriter::create(path);
    REQUIRE(writer);
    CHECK(parseWavHeader(bytesOf(path)));
    const auto voice = speechLike(1.7, 3, 0.2f);
    CHECK(writer->write(voice));
    auto format = parseWavHeader(bytesOf(path));
    REQUIRE(format);
    CHECK(format->dataBytes >= 48'000u);  // without being closed: what a killed program leaves
    CHECK(format->dataOffset + format->dataBytes <= std::filesystem::file_size(path));
    { const auto closed = std::move(*writer); }
    format = parseWavHeader(bytesOf(path));
    CHECK(format->dataBytes == voice.size() * 2);
    CHECK(format->dataOffset == 44);

    auto reader = WavReader::open(path);
    REQUIRE(reader);
    std::vector<float> back(voice.size() + 100);
    CHECK(reader->read(back) == voice.size());
    for (std::size_t i = 0; i < voice.size(); i += 97) REQUIRE(back[i] == Approx(voice[i]).margin(2.0 / 32768));
    reader->rewind();
    CHECK(reader->read(std::span(back).first(480)) == 480);
}

TEST_CASE("files that are not what we read are refused in words") {
    TempFolder folder;
    CHECK(WavReader::open(folder.file("none.wav")).error().code == "file_unreadable");
    CHECK(WavWriter::create(folder.file("no/such/folder.wav")).error().code == "file_unwritable");
    std::ofstream(folder.file("text.wav")) << "hello";
    CHECK(WavReader::open(folder.file("text.wav")).error().code == "wav_not");
    { auto w = WavWriter::create(folder.file("x.wav")); }
    auto head = bytesOf(folder.file("x.wav"));
    head[24] = std::byte{0x44};
    head[25] = std::byte{0xAC};  // 44100 Hz
    CHECK(parseWavHeader(head).error().code == "wav_rate");
    head = bytesOf(folder.file("x.wav"));
    head[34] = std::byte{24};
    CHECK(parseWavHeader(head).error().code == "wav_format");
    for (std::size_t cut = 0; cut < 44; ++cut) CHECK_FALSE(parseWavHeader(base::ByteView(head).first(cut)));
}

TEST_CASE("file capture waits for the microphone, then plays once or in a loop; playout runs in real time") {
    TempFolder folder;
    {
        auto w = WavWriter::create(folder.file("in.wav"));
        REQUIRE(w);
        const std::vector<float> half(24'000, 0.5f);
        w->write(half);
    }
    for (const bool loop : {false, true}) {
        ManualClock clock;
        FileBackend backend(clock, false);
        std::vector<float> captured;
        DeviceCallbacks callbacks{
            [&](std::span<const float> b) { captured.insert(captured.end(), b.begin(), b.end()); },
            [](std::span<float> b) { std::fill(b.begin(), b.end(), 0.25f); }};
        REQUIRE(backend.openCapture(*parseEndpoint("file:" + folder.file("in.wav") + (loop ? "?loop" : ""), true), 480,
                                    callbacks));
        REQUIRE(backend.openPlayout(*parseEndpoint("file:" + folder.file("out.wav"), false), 480, callbacks));
        const auto pass = [&](int ms) {
            for (int i = 0; i < ms / 5; ++i) {
                clock.advance(5ms);
                backend.tick();
            }
        };
        pass(200);
        REQUIRE(captured.size() == 9'600);
        CHECK(rms(captured) == 0.0);
        backend.microphoneOpened();
        captured.clear();
        pass(1'000);
        CHECK(captured.size() == 48'000);
        CHECK(rms(std::span(captured).first(24'000)) == Approx(0.5).epsilon(0.01));
        CHECK(rms(std::span(captured).last(23'000)) == Approx(loop ? 0.5 : 0.0).epsilon(0.01));
        backend.closePlayout();
        CHECK(parseWavHeader(bytesOf(folder.file("out.wav")))->dataBytes == 1'200u * 48 * 2);
    }
}

TEST_CASE("the decoder counts malformed packets and starts afresh after three in a row", "[T42]") {
    OpusEncoder encoder;
    OpusDecoder decoder;
    std::array<std::byte, 1500> packet{};
    std::vector<float> pcm(OpusDecoder::kMaxSamples);
    const auto voice = speechLike(0.5, 6);
    const auto size = encoder.encode(std::span(voice).first(960), packet);
    REQUIRE(size > 10);
    CHECK(decoder.decode(std::span(packet).first(size), pcm) == 960);
    const std::array<std::byte, 2> bad{std::byte{0xFF}, std::byte{0x3F}};
    for (int i = 0; i < 4; ++i) CHECK(decoder.decode(bad, pcm) == 0);
    CHECK(decoder.malformed() == 4);
    CHECK(decoder.decode(std::span(packet).first(size), pcm) == 960);
    CHECK(decoder.decode(std::span(packet).first(size), std::span(pcm).first(959)) == 0);  // no room: refused, not cut
    CHECK_FALSE(OpusDecoder::packetSamples({}));
    std::vector<std::byte> huge(1501, std::byte{0x78});
    CHECK_FALSE(OpusDecoder::packetSamples(huge));
    huge.resize(1500);
    CHECK(OpusDecoder::packetSamples(huge) == 960);
}

TEST_CASE("speech is shortened and lengthened by whole periods without a jump") {
    std::vector<float> wave(4'000);
    for (std::size_t i = 0; i < wave.size(); ++i)
        wave[i] = std::sin(2.0f * 3.14159265f * static_cast<float>(i) / 300.0f);
    const auto pitch = findPitch(std::span(wave).first(960));
    CHECK(pitch.correlation > 0.99f);
    CHECK(pitch.lag % 300 <= 2);
    const auto smooth = [](std::span<const float> x) {
        float jump = 0.0f;
        for (std::size_t i = 1; i < x.size(); ++i) jump = std::max(jump, std::abs(x[i] - x[i - 1]));
        return jump;
    };
    auto shorter = wave;
    const auto cut = removePeriod(std::span(shorter).first(960), 300, 240);
    CHECK(cut == 660);
    CHECK(smooth(std::span(shorter).first(cut)) < 0.03f);
    auto longer = wave;
    const auto length = repeatPeriod(longer, 960, 300, 240);
    CHECK(length == 1'260);
    CHECK(smooth(std::span(longer).first(length)) < 0.03f);
    CHECK(removePeriod(std::span(shorter).first(500), 300, 201) == 500);  // does not fit: untouched
    CHECK(removePeriod(std::span(shorter).first(500), 300, 200) == 200);
    CHECK(findPitch(std::span(wave).first(100)).lag == 0);
}

TEST_CASE("the delay estimate follows the slow packets, not the mean") {
    DelayEstimator e;
    CHECK(e.target() == 40ms);
    std::int64_t media = 0;
    for (int i = 0; i < 2'000; ++i, media += 20'000)
        e.add(media, base::TimePoint(base::Duration(media + (i % 5 == 0 ? 31'000 : 1'000))), false);
    CHECK(e.target() >= 30ms);
    CHECK(e.target() <= 34ms);
    CHECK(e.playoutDelay(media, base::TimePoint(base::Duration(media + 21'000))) == 20ms);
    for (int i = 0; i < 6'000; ++i, media += 20'000)
        e.add(media, base::TimePoint(base::Duration(media + 1'000)), false);
    CHECK(e.target() <= 6ms);  // it forgets
    const auto before = e.target();
    e.reset();
    CHECK(e.target() == before);  // the network is the same
    CHECK_FALSE(e.learned());
}

TEST_CASE("a network that delays nothing is trusted with a wait of 1 ms, and no longer once it delays") {
    DelayEstimator e;
    std::int64_t media = 0;
    const auto pass = [&](int packets, int most) {
        for (int i = 0; i < packets; ++i, media += 10'000)
            e.add(media, base::TimePoint(base::Duration(media + 5'000 + (i % 7 == 0 ? most : 0))), false);
    };
    pass(3'000, 999);
    CHECK(e.target() == 1ms);
    pass(100, 1'001);
    CHECK(e.target() == 2ms);
    pass(60'000, 900);
    CHECK(e.target() == 1ms);
    e.learnAnew(e.target());
    pass(500, 1'500);
    CHECK(e.target() == 2ms);
    e.startFrom(0ms);
    CHECK(e.target() == 1ms);
}

TEST_CASE("the voice gate lets words through and keeps hum out") {
    VoiceGate gate;
    gate.set(true);
    std::vector<float> block(480);
    const auto hum = [&] {
        for (std::size_t i = 0; i < 480; ++i) block[i] = 0.002f * std::sin(0.01f * static_cast<float>(i));
    };
    for (int i = 0; i < 100; ++i) {
        hum();
        gate.process(block);
    }
    CHECK(rms(block) < 1e-6);
    for (int i = 0; i < 3; ++i) {
        for (std::size_t k = 0; k < 480; ++k) block[k] = 0.2f * std::sin(0.05f * static_cast<float>(k));
        gate.process(block);
    }
    CHECK(rms(block) > 0.1);
    CHECK(gate.open());
}

TEST_CASE("a published value is never torn") {
    struct Pair {
        std::uint64_t a[6];
    };
    Published<Pair> box;
    std::atomic<bool> stop{false};
    std::thread writer([&] {
        for (std::uint64_t i = 0; !stop; ++i) box.publish({{i, i, i, i, i, i}});
    });
    bool torn = false;
    for (int i = 0; i < 20'000; ++i) {
        const auto v = box.read();
        for (const auto x : v.a) torn = torn || x != v.a[0];
    }
    stop = true;
    writer.join();
    CHECK_FALSE(torn);
}

#if defined(__linux__)
TEST_CASE("a device name becomes what the sound system understands") {
    CHECK(resolveDevice("", false).text == "default");
    CHECK(resolveDevice("alsa_output.usb-1,2", false).text == "pulse:DEVICE=\"alsa_output.usb-1,2\"");
    CHECK(resolveDevice("a\"b", false).text == "pulse:DEVICE=\"ab\"");  // no way out of the quotes
    CHECK(resolveDevice("hw:1,0", false).text == "hw:1,0");
    CHECK_FALSE(resolveDevice("pulse", true).byText);
    CHECK(convertingDevice("HDA Intel: ALC257 (hw:0,0)") == "plughw:0,0");
    CHECK(convertingDevice("pulse").empty());
    CHECK(convertingDevice("").empty());
}
#endif
