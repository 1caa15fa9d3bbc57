// SPDX-License-Identifier: Apache-2.0
#include "audio/recorder.h"

#include <sndfile.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include "audio/pacer.h"
#include "audio/sound_length.h"
#include "core/base/media.h"

namespace parlour::audio {
namespace {

using base::Duration;
constexpr std::size_t kRing = 524'288;     // 10.9 s: a disk may sleep so long
constexpr Duration kTurn{100'000};
constexpr Duration kGap{250'000};          // no block for so long: the device is gone or closed

}  // namespace

/// libsndfile over our own file, so that a failure keeps the system's word for it and nothing lies in a buffer of ours.
struct Recorder::File {
    std::FILE* file = nullptr;
    SNDFILE* sound = nullptr;
    int failed = 0;  // errno of the first write that failed

    std::string path;

    ~File() { finish(); }
    /// Writes what libsndfile still has; errno of what failed until then, 0 = all is there.
    int finish() {
        if (sound && sf_close(std::exchange(sound, nullptr)) != 0 && failed == 0) failed = EIO;
        if (file && std::fclose(std::exchange(file, nullptr)) != 0 && failed == 0) failed = errno != 0 ? errno : EIO;
        return failed;
    }
    static sf_count_t length(void* user) {
        auto* f = static_cast<File*>(user)->file;
        const long here = std::ftell(f);
        std::fseek(f, 0, SEEK_END);
        const long end = std::ftell(f);
        std::fseek(f, here, SEEK_SET);
        return end;
    }
    static sf_count_t seek(sf_count_t offset, int whence, void* user) {
        auto* f = static_cast<File*>(user)->file;
        return std::fseek(f, static_cast<long>(offset), whence) == 0 ? std::ftell(f) : -1;
    }
    static sf_count_t read(void* to, sf_count_t count, void* user) {
        return static_cast<sf_count_t>(std::fread(to, 1, static_cast<std::size_t>(count), static_cast<File*>(user)->file));
    }
    static sf_count_t write(const void* from, sf_count_t count, void* user) {
        auto& self = *static_cast<File*>(user);
        errno = 0;
        const auto done = std::fwrite(from, 1, static_cast<std::size_t>(count), self.file);
        if (done != static_cast<std::size_t>(count) && self.failed == 0) self.failed = errno != 0 ? errno : EIO;
        return static_cast<sf_count_t>(done);
    }
    static sf_count_t tell(void* user) { return std::ftell(static_cast<File*>(user)->file); }

    /// Says in the header how much is there, so that the file of a killed program has a length and can be moved about in.
    /// STREAMINFO begins at byte 8: block sizes first, 36 bits of samples from the low half of its byte 13 on.
    void stamp(std::uint64_t samples) {
        std::array<unsigned char, 26> head{};
        const long end = std::ftell(file);
        std::fseek(file, 0, SEEK_SET);
        const bool whole = std::fread(head.data(), 1, head.size(), file) == head.size() && std::memcmp(head.data(), "fLaC", 4) == 0;
        const std::uint64_t block = head[8] * 256u + head[9];
        if (whole && block > 0 && samples > 0) {
            const auto there = (samples - 1) / block * block;  // the last frame waits for a sample of the next one
            head[21] = static_cast<unsigned char>((head[21] & 0xF0u) | ((there >> 32) & 0x0Fu));
            for (int i = 0; i < 4; ++i) head[22 + static_cast<std::size_t>(i)] = static_cast<unsigned char>(there >> (24 - 8 * i));
            std::fseek(file, 21, SEEK_SET);
            std::fwrite(head.data() + 21, 1, 5, file);
        }
        std::fseek(file, end, SEEK_SET);
    }
};

Recorder::Recorder(const base::Clock& clock, bool ownThread) : m_clock(clock), m_ownThread(ownThread) {}

Recorder::~Recorder() {
    stop();
    m_writer.reset();
    write();
}

void Recorder::start(const std::string& path) {
    if (!m_ring) m_ring = std::make_unique<base::SpscRing<float>>(kRing);
    {
        const std::lock_guard lock(m_mutex);
        m_wanted = path;
        ++m_wish;
        m_state = {};
        m_state.wanted = true;
        m_state.path = path;
    }
    if (!m_ownThread) return;
    if (!m_writer)
        m_writer = std::make_unique<Pacer>(m_clock, "recorder", base::ThreadPriority::normal, kTurn, [this] { write(); });
    else
        m_writer->wake();
}

void Recorder::stop() {
    m_on.store(false, std::memory_order_release);
    const std::lock_guard lock(m_mutex);
    if (m_wanted.empty()) return;
    m_wanted.clear();
    ++m_wish;
    m_state.wanted = false;
    if (m_writer) m_writer->wake();
}

RecordingState Recorder::state() const {
    const std::lock_guard lock(m_mutex);
    auto state = m_state;
    state.length = soundLength(m_samples.load(std::memory_order_relaxed));
    return state;
}

void Recorder::step() {
    if (!m_ownThread) write();
}

// ---- pump

namespace {
}  // namespace

/// A disk that sleeps for longer than the ring holds loses sound, never time: what did not fit stays owed.
void Recorder::silence(Duration length) {
    static constexpr std::array<float, base::kBlockSamples> kNothing{};
    auto left = static_cast<std::size_t>(std::max<std::int64_t>(0, length.count()) * 48 / 1000);
    while (left > 0) {
        const auto count = m_ring->write(std::span(kNothing).first(std::min(left, kNothing.size())));
        m_covered += soundLength(count);
        if (count == 0) return;
        left -= count;
    }
}

void Recorder::add(std::span<const float> block, std::size_t waiting, base::TimePoint now) {
    if (!on()) return;
    const auto end = now - soundLength(waiting);
    const auto begin = end - soundLength(block.size());
    if (const auto session = m_session.load(std::memory_order_acquire); session != m_seenSession) {
        m_seenSession = session;
        m_covered = begin;
        m_behind = false;
    }
    // Small differences are the device's clock against ours: the file follows the device as long as it runs.
    if (m_behind || begin - m_covered > kGap) silence(begin - m_covered);
    m_behind = begin - m_covered > kGap || m_ring->write(block) < block.size();
    if (!m_behind) m_covered = end;
}

void Recorder::pass(base::TimePoint now) {
    if (!on()) return;
    if (const auto session = m_session.load(std::memory_order_acquire); session != m_seenSession) {
        m_seenSession = session;
        m_covered = now;
        m_behind = false;
    }
    if (now - m_covered <= 2 * kGap) return;
    silence(now - kGap - m_covered);
    m_behind = true;
}

// ---- writer

void Recorder::write() {
    std::string wanted;
    std::uint64_t wish = 0;
    {
        const std::lock_guard lock(m_mutex);
        wanted = m_wanted;
        wish = m_wish;
    }
    drain();
    if (wish == m_done) return;
    m_done = wish;
    m_on.store(false, std::memory_order_release);
    drain();
    close();
    if (!wanted.empty()) open(wanted);
}

void Recorder::open(const std::string& path) {
    auto file = std::make_unique<File>();
    file->path = path;
    // "x": what was recorded yesterday is not given up for today.
    file->file = std::fopen(path.c_str(), "w+bx");
    if (!file->file) {
        const bool there = errno == EEXIST;
        return fail(path, {base::ErrorKind::unavailable, there ? "recording_exists" : "recording_unwritable",
                     there ? "The recording " + path + " is there already." : "The recording cannot be written to " + path + ".",
                     there ? "Choose another name; nothing is overwritten." : "Choose another folder.", std::strerror(errno)});
    }
    std::setvbuf(file->file, nullptr, _IONBF, 0);
    SF_INFO info{};
    info.samplerate = base::kSampleRate;
    info.channels = 1;
    info.format = SF_FORMAT_FLAC | SF_FORMAT_PCM_24;
    SF_VIRTUAL_IO io{&File::length, &File::seek, &File::read, &File::write, &File::tell};
    file->sound = sf_open_virtual(&io, SFM_WRITE, &info, file.get());
    if (!file->sound)
        return fail(path, {base::ErrorKind::unavailable, "recording_unwritable", "The recording cannot be written to " + path + ".",
                     "Choose another folder.", sf_strerror(nullptr)});
    sf_command(file->sound, SFC_SET_CLIPPING, nullptr, SF_TRUE);
    m_file = std::move(file);
    m_samples.store(0, std::memory_order_relaxed);
    m_ring->discard(m_ring->size());
    {
        const std::lock_guard lock(m_mutex);
        if (m_wish != m_done) return;  // stopped or moved meanwhile: the next turn sees to it
        m_state.running = true;
        m_session.fetch_add(1, std::memory_order_release);
        m_on.store(true, std::memory_order_release);
    }
}

namespace {
base::Error unwritten(int code, std::string why) {
    return {base::ErrorKind::unavailable, code == ENOSPC ? "recording_disk_full" : "recording_stopped",
            code == ENOSPC ? "The disk is full: the recording of your microphone has ended."
                           : "The recording of your microphone cannot be written any more and has ended.",
            "What was recorded until now is kept, and the talk goes on. Make room or choose another folder, then start it again.",
            std::move(why)};
}
}  // namespace

void Recorder::drain() {
    if (!m_ring) return;
    std::array<float, 4096> block{};
    const auto before = m_samples.load(std::memory_order_relaxed);
    while (m_file) {
        const auto count = m_ring->read(block);
        if (count == 0) break;
        const auto done = sf_writef_float(m_file->sound, block.data(), static_cast<sf_count_t>(count));
        if (done == static_cast<sf_count_t>(count) && m_file->failed == 0) {
            m_samples.fetch_add(count, std::memory_order_relaxed);
            continue;
        }
        const int code = m_file->failed;
        const char* why = code != 0 ? std::strerror(code) : sf_strerror(m_file->sound);
        return fail(m_file->path, unwritten(code, why ? why : ""));
    }
    if (const auto now = m_samples.load(std::memory_order_relaxed); m_file && now != before) m_file->stamp(now);
}

void Recorder::close() {
    if (!m_file) return;
    if (const int code = m_file->finish(); code != 0) return fail(m_file->path, unwritten(code, std::strerror(code)));
    m_file.reset();
    const std::lock_guard lock(m_mutex);
    m_state.running = false;
}

void Recorder::fail(std::string file, base::Error error) {
    m_on.store(false, std::memory_order_release);
    m_file.reset();
    const std::lock_guard lock(m_mutex);
    m_state.running = false;
    if (!m_wanted.empty() && (m_wish != m_done || m_wanted != file)) return;  // another file is wanted; after a stop it is said
    m_wanted.clear();
    m_state.wanted = false;
    m_state.problem = std::move(error);
}

}  // namespace parlour::audio
