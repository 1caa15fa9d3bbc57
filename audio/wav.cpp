// SPDX-License-Identifier: Apache-2.0
#include "audio/wav.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <vector>

#include "core/base/media.h"

namespace parlour::audio {
namespace {

struct CloseFile {
    void operator()(std::FILE* f) const { std::fclose(f); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

std::uint32_t little(base::ByteView b, std::size_t at, std::size_t count) {
    std::uint32_t value = 0;
    for (std::size_t i = count; i-- > 0;) value = (value << 8) | std::to_integer<std::uint32_t>(b[at + i]);
    return value;
}
bool tagAt(base::ByteView b, std::size_t at, const char* tag) { return std::memcmp(b.data() + at, tag, 4) == 0; }

template <class Array>
void putLittle(Array& out, std::size_t at, std::uint32_t value, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) out[at + i] = static_cast<unsigned char>(value >> (8 * i));
}

constexpr std::size_t kHeader = 44;
constexpr std::uint64_t kMostData = 0xFFFFFFFFull - kHeader;
constexpr std::uint64_t kHeaderEvery = base::kSampleRate / 2 * 2;  // bytes: each 0.5 s

}  // namespace

base::Result<WavFormat> parseWavHeader(base::ByteView head) {
    using base::ErrorKind;
    const std::string advice = "Make one with: sox IN -r 48000 -c 1 -b 16 OUT.wav";
    if (head.size() < 12 || !tagAt(head, 0, "RIFF") || !tagAt(head, 8, "WAVE"))
        return base::fail(ErrorKind::invalidInput, "wav_not", "This is no WAV file.", advice);
    WavFormat format;
    bool haveFormat = false;
    std::uint64_t at = 12;
    while (at + 8 <= head.size()) {
        const std::uint64_t size = little(head, at + 4, 4);
        if (tagAt(head, at, "data")) {
            if (!haveFormat) break;
            format.dataOffset = at + 8;
            format.dataBytes = size;
            return format;
        }
        if (tagAt(head, at, "fmt ")) {
            if (size < 16 || at + 8 + 16 > head.size()) break;
            const auto code = little(head, at + 8, 2);
            format.channels = static_cast<int>(little(head, at + 10, 2));
            format.sampleRate = static_cast<int>(little(head, at + 12, 4));
            const auto bits = little(head, at + 22, 2);
            if (code != 1 || bits != 16 || format.channels < 1 || format.channels > 8)
                return base::fail(ErrorKind::invalidInput, "wav_format", "This WAV file is not plain PCM with 16 bits.",
                                  advice);
            if (format.sampleRate != base::kSampleRate)
                return base::fail(ErrorKind::invalidInput, "wav_rate",
                                  "This WAV file has " + std::to_string(format.sampleRate) + " Hz instead of 48000 Hz.",
                                  advice);
            haveFormat = true;
        }
        at += 8 + size + size % 2;
    }
    return base::fail(ErrorKind::invalidInput, "wav_format", "The header of this WAV file is broken.", advice);
}

struct WavReader::Impl {
    File file;
    WavFormat format;
    std::uint64_t left = 0;  // bytes
    std::vector<unsigned char> buffer;

    float sample(std::size_t at) const {
        const auto* p = buffer.data() + at * 2;
        return static_cast<float>(static_cast<std::int16_t>(p[0] | (p[1] << 8)));
    }
};
WavReader::WavReader(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
WavReader::WavReader(WavReader&&) noexcept = default;
WavReader& WavReader::operator=(WavReader&&) noexcept = default;
WavReader::~WavReader() = default;

base::Result<WavReader> WavReader::open(const std::string& path) {
    auto impl = std::make_unique<Impl>();
    impl->file.reset(std::fopen(path.c_str(), "rb"));
    if (!impl->file)
        return base::fail(base::ErrorKind::notFound, "file_unreadable", "The sound file " + path + " cannot be read.",
                          "Check the path.", std::strerror(errno));
    base::Bytes head(4096);
    head.resize(std::fread(head.data(), 1, head.size(), impl->file.get()));
    auto format = parseWavHeader(head);
    if (!format) {
        auto error = format.error();
        error.detail = path;
        return base::Unexpected<base::Error>(error);
    }
    impl->format = *format;
    WavReader reader(std::move(impl));
    reader.rewind();
    return reader;
}

void WavReader::rewind() {
    std::fseek(m_impl->file.get(), static_cast<long>(m_impl->format.dataOffset), SEEK_SET);
    // A program that died while writing may have left 0 or the maximum here: then the file's end is the end.
    m_impl->left = m_impl->format.dataBytes == 0 ? kMostData : m_impl->format.dataBytes;
}

int WavReader::channels() const { return m_impl->format.channels; }

/// Into the buffer; how many frames came.
std::size_t WavReader::fetch(std::size_t frames) {
    const auto frameBytes = static_cast<std::size_t>(m_impl->format.channels) * 2;
    const auto wanted = std::min<std::uint64_t>(frames * frameBytes, m_impl->left / frameBytes * frameBytes);
    if (m_impl->buffer.size() < wanted) m_impl->buffer.resize(wanted);
    const auto came = std::fread(m_impl->buffer.data(), 1, wanted, m_impl->file.get()) / frameBytes;
    m_impl->left -= came * frameBytes;
    return came;
}

std::size_t WavReader::read(std::span<float> mono) {
    const auto channels = static_cast<std::size_t>(m_impl->format.channels);
    const auto frames = fetch(mono.size());
    for (std::size_t i = 0; i < frames; ++i) {
        float sum = 0.0f;
        for (std::size_t c = 0; c < channels; ++c) sum += m_impl->sample(i * channels + c);
        mono[i] = sum / (32768.0f * static_cast<float>(channels));
    }
    return frames;
}

std::size_t WavReader::readPairs(std::span<float> pairs) {
    if (m_impl->format.channels != 2) return 0;
    const auto frames = fetch(pairs.size() / 2);
    for (std::size_t i = 0; i < 2 * frames; ++i) pairs[i] = m_impl->sample(i) / 32768.0f;
    return 2 * frames;
}

struct WavWriter::Impl {
    File file;
    std::uint64_t written = 0;   // bytes of data
    std::uint64_t headerAt = 0;  // `written` when the header was last made true
    bool broken = false;
    std::vector<unsigned char> buffer;

    ~Impl() {
        if (file) writeHeader();
    }
    void writeHeader() {
        std::array<unsigned char, kHeader> h{};
        const auto size = static_cast<std::uint32_t>(std::min(written, kMostData));
        std::memcpy(h.data(), "RIFF", 4);
        putLittle(h, 4, size + 36, 4);
        std::memcpy(h.data() + 8, "WAVEfmt ", 8);
        putLittle(h, 16, 16, 4);
        putLittle(h, 20, 1, 2);  // PCM
        putLittle(h, 22, 1, 2);  // mono
        putLittle(h, 24, base::kSampleRate, 4);
        putLittle(h, 28, base::kSampleRate * 2, 4);  // bytes per second
        putLittle(h, 32, 2, 2);
        putLittle(h, 34, 16, 2);
        std::memcpy(h.data() + 36, "data", 4);
        putLittle(h, 40, size, 4);
        std::fflush(file.get());  // samples first: the header never promises more than is there
        std::fseek(file.get(), 0, SEEK_SET);
        std::fwrite(h.data(), 1, h.size(), file.get());
        std::fflush(file.get());
        std::fseek(file.get(), 0, SEEK_END);
        headerAt = written;
    }
};
WavWriter::WavWriter(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
WavWriter::WavWriter(WavWriter&&) noexcept = default;
WavWriter& WavWriter::operator=(WavWriter&&) noexcept = default;
WavWriter::~WavWriter() = default;

base::Result<WavWriter> WavWriter::create(const std::string& path) {
    auto impl = std::make_unique<Impl>();
    impl->file.reset(std::fopen(path.c_str(), "wb"));
    if (!impl->file)
        return base::fail(base::ErrorKind::unavailable, "file_unwritable",
                          "The sound file " + path + " cannot be written.", "Check the folder and its rights.",
                          std::strerror(errno));
    impl->writeHeader();
    return WavWriter(std::move(impl));
}

bool WavWriter::write(std::span<const float> mono) {
    auto& w = *m_impl;
    if (w.broken || w.written + mono.size() * 2 > kMostData) return false;
    w.buffer.resize(mono.size() * 2);
    for (std::size_t i = 0; i < mono.size(); ++i) {
        const float s = std::isfinite(mono[i]) ? std::clamp(mono[i], -1.0f, 1.0f) : 0.0f;
        putLittle(w.buffer, i * 2, static_cast<std::uint32_t>(static_cast<std::int32_t>(std::lround(s * 32767.0f))), 2);
    }
    if (std::fwrite(w.buffer.data(), 1, w.buffer.size(), w.file.get()) != w.buffer.size()) {
        w.broken = true;
        w.writeHeader();
        return false;
    }
    w.written += w.buffer.size();
    if (w.written - w.headerAt >= kHeaderEvery) w.writeHeader();
    return true;
}

}  // namespace parlour::audio
