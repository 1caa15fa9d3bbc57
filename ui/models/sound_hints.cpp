// SPDX-License-Identifier: Apache-2.0
#include "ui/models/sound_hints.h"

namespace parlour::ui {

namespace {
constexpr int kEveryMs = 100;
constexpr base::Duration kShown = std::chrono::seconds(10);
}  // namespace

using room::SoundAdvice;

SoundHints::SoundHints(RoomClient& client, SessionBridge& session, Preferences& preferences, const SoundModel& sound, const base::Clock& clock)
    : m_client(client), m_session(session), m_preferences(preferences), m_sound(sound), m_clock(clock) {
    m_timer.setInterval(kEveryMs);
    connect(&m_timer, &QTimer::timeout, this, &SoundHints::look);
    connect(&m_session, &SessionBridge::changed, this, &SoundHints::arm);
    connect(&m_preferences, &Preferences::changed, this, &SoundHints::arm);
}

void SoundHints::arm() {
    const bool on = m_session.joined() && m_session.onStage() && m_preferences.soundHints();
    if (on != m_timer.isActive()) {
        on ? m_timer.start() : m_timer.stop();
        if (!on) dismiss();
    }
    if (const bool keep = on && m_preferences.hearWhileMuted(); keep != m_kept) {
        m_kept = keep;
        m_client.keepMicrophone(keep);
    }
    if (m_shown == SoundAdvice::muted && m_session.microphoneLive()) dismiss();
}

void SoundHints::look() {
    const auto now = m_clock.now();
    const auto mic = m_client.microphone();
    // Who tries the microphone out talks to it and not to the room.
    const bool running = mic.running && !m_sound.testing() && m_sound.phase().isEmpty();
    const auto advice = m_advisor.next({m_session.onStage(), running, m_session.microphoneLive(), mic.speaking, mic.level}, now);
    if (advice != SoundAdvice::none) {
        // Held by a moderator, or asked to unmute already: that card says what can be done.
        if (advice == SoundAdvice::muted && (m_session.held() || m_session.askedToUnmute())) return;
        m_until = now + kShown;
        show(advice);
        emit m_session.announced(words());
    } else if (m_shown != SoundAdvice::none && now >= m_until) {
        dismiss();
    }
}

void SoundHints::show(SoundAdvice advice) {
    if (advice == m_shown) return;
    m_shown = advice;
    emit changed();
}

QString SoundHints::kind() const {
    switch (m_shown) {
        case SoundAdvice::none: return {};
        case SoundAdvice::muted: return QStringLiteral("muted");
        case SoundAdvice::clipping: return QStringLiteral("clipping");
        case SoundAdvice::closer: return QStringLiteral("closer");
    }
    return {};
}

QString SoundHints::words() const {
    switch (m_shown) {
        case SoundAdvice::none: return {};
        case SoundAdvice::muted: return tr("You are muted: nobody hears what you say.");
        case SoundAdvice::clipping: return tr("Your microphone is too loud and distorts. Move back a little, or turn it down.");
        case SoundAdvice::closer: return tr("You are hard to hear. Come a little closer to the microphone, or turn it up.");
    }
    return {};
}

}  // namespace parlour::ui
