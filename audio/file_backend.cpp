// SPDX-License-Identifier: Apache-2.0
#include "audio/file_backend.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numbers>
#include <optional>

#include "audio/wav.h"
#include "core/base/media.h"

namespace parlour::audio {

/// Set while the side is closed, used by the ticking thread while it is open.
struct FileBackend::Files {
    std::optional<WavReader> reader;
    std::optional<WavWriter> writer;
    bool loop = false;
    double toneHz = 0.0;
    double phase = 0.0;
    std::atomic<bool> started{false};
};

FileBackend::FileBackend(const base::Clock& clock, bool ownThread)
    : NullBackend(clock, ownThread), m_files(std::make_unique<Files>()) {}
FileBackend::~FileBackend() { shutDown(); }

base::Result<void> FileBackend::openPlayout(const Endpoint& endpoint, int blockFrames, DeviceCallbacks callbacks) {
    NullBackend::closePlayout();
    m_files->writer.reset();
    if (endpoint.kind == SourceKind::file) {
        auto writer = WavWriter::create(endpoint.name);
        if (!writer) return base::Unexpected<base::Error>(writer.error());
        m_files->writer = std::move(*writer);
    }
    return NullBackend::openPlayout(endpoint, blockFrames, std::move(callbacks));
}

base::Result<void> FileBackend::openCapture(const Endpoint& endpoint, int blockFrames, DeviceCallbacks callbacks) {
    closeCapture();
    if (endpoint.kind == SourceKind::file) {
        auto reader = WavReader::open(endpoint.name);
        if (!reader) return base::Unexpected<base::Error>(reader.error());
        m_files->reader = std::move(*reader);
    }
    m_files->loop = endpoint.loop;
    m_files->toneHz = endpoint.kind == SourceKind::tone ? endpoint.toneHz : 0.0;
    return NullBackend::openCapture(endpoint, blockFrames, std::move(callbacks));
}

void FileBackend::closePlayout() {
    NullBackend::closePlayout();
    m_files->writer.reset();  // completes the header
}
void FileBackend::closeCapture() {
    NullBackend::closeCapture();
    m_files->reader.reset();
    m_files->toneHz = 0.0;
}
void FileBackend::microphoneOpened() { m_files->started = true; }

void FileBackend::nextCapture(std::span<float> mono) {
    auto& f = *m_files;
    std::size_t done = 0;
    if (f.reader && f.started) {
        done = f.reader->read(mono);
        if (done < mono.size() && f.loop) {
            f.reader->rewind();
            done += f.reader->read(mono.subspan(done));
        }
    } else if (f.toneHz > 0.0) {
        const double step = 2.0 * std::numbers::pi * f.toneHz / base::kSampleRate;
        for (auto& s : mono) {
            s = 0.25f * static_cast<float>(std::sin(f.phase));
            f.phase = std::fmod(f.phase + step, 2.0 * std::numbers::pi);
        }
        done = mono.size();
    }
    std::fill(mono.begin() + static_cast<std::ptrdiff_t>(done), mono.end(), 0.0f);
}

bool FileBackend::hasPairs() const { return m_files->reader && m_files->reader->channels() == 2; }

void FileBackend::nextPairs(std::span<float> pairs) {
    auto& f = *m_files;
    std::size_t done = 0;
    if (f.started) {
        done = f.reader->readPairs(pairs);
        if (done < pairs.size() && f.loop) {
            f.reader->rewind();
            done += f.reader->readPairs(pairs.subspan(done));
        }
    }
    std::fill(pairs.begin() + static_cast<std::ptrdiff_t>(done), pairs.end(), 0.0f);
}

void FileBackend::takePlayout(std::span<const float> mono) {
    if (m_files->writer) m_files->writer->write(mono);
}

}  // namespace parlour::audio
