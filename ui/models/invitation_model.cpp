// SPDX-License-Identifier: Apache-2.0
#include "ui/models/invitation_model.h"

#include "ui/models/words.h"

namespace parlour::ui {

InvitationModel::InvitationModel(RoomClient& client, const base::Clock& clock, Preferences& preferences, QObject* parent)
    : QObject(parent), m_client(client), m_clock(clock), m_preferences(preferences) {}

QString InvitationModel::host() const { return text(m_facts.host); }

QString InvitationModel::security() const {
    if (m_facts.loopback && !m_facts.secure) return tr("this computer");
    if (m_facts.pinned) return tr("secured connection, certificate named in the link");
    return m_facts.secure ? tr("secured connection") : tr("not encrypted");
}

QString InvitationModel::inviter() const { return text(m_preview.inviterName); }
QString InvitationModel::houseName() const { return text(m_preview.houseName); }
QString InvitationModel::roomTitle() const { return text(m_preview.roomTitle); }
QString InvitationModel::roleWordsText() const { return roleWords(m_preview.role); }

QString InvitationModel::liveWords() const {
    if (!m_preview.live) return tr("Nobody there yet");
    if (!m_preview.liveSince) return tr("Live");
    return tr("Live · %1").arg(since((base::toUnixMs(m_clock.wallNow()) - base::toUnixMs(*m_preview.liveSince)) / 1000));
}

QString InvitationModel::open(const QString& link) {
    const auto trimmed = link.trimmed().toStdString();
    auto facts = m_client.readLink(trimmed);
    if (!facts) {
        const auto& error = facts.error();
        return text(error.advice.empty() ? error.message : error.message + " " + error.advice);
    }
    m_link = trimmed;
    m_facts = *facts;
    m_preview = {};
    m_problem.clear();
    m_problemDetails.clear();
    m_looking = false;
    ++m_question;
    m_step = 1;
    emit changed();
    return {};
}

void InvitationModel::lookInside() {
    if (m_step != 1 || m_looking) return;
    m_looking = true;
    m_problem.clear();
    m_problemDetails.clear();
    const int question = ++m_question;
    emit changed();
    m_client.lookInside(m_link, [this, question](base::Result<room::LinkPreview> answer) {
        QMetaObject::invokeMethod(this, [this, question, answer = std::move(answer)] {
            if (question != m_question) return;
            m_looking = false;
            if (answer) {
                m_preview = *answer;
                m_step = 2;
            } else {
                const auto& error = answer.error();
                m_problem = text(error.advice.empty() ? error.message : error.message + " " + error.advice);
                m_problemDetails = copyable(error);
            }
            emit changed();
        }, Qt::QueuedConnection);
    });
}

QString InvitationModel::message() const { return text(m_preview.message); }

void InvitationModel::enter(const QString& name, const QString& code) {
    if (m_step != 2 || m_busy) return;
    const auto chosen = name.simplified();
    if (chosen.isEmpty()) return;
    m_preferences.setName(chosen);
    const auto server = text(m_facts.server);
    if (!membership() && !needsCode()) {
        m_client.enter(m_link, chosen.toStdString());
        dismiss();
        emit entered(server);
        return;
    }
    m_busy = true;
    m_problem.clear();
    const int question = ++m_question;
    emit changed();
    m_client.redeem(m_link, chosen.toStdString(), code.simplified().toStdString(),
                    [this, question, server, chosen](base::Result<api::Redeemed> answer) {
        QMetaObject::invokeMethod(this, [this, question, server, chosen, answer = std::move(answer)] {
            if (question != m_question) return;
            m_busy = false;
            if (!answer) {
                const auto& error = answer.error();
                m_problem = text(error.advice.empty() ? error.message : error.message + " " + error.advice);
                m_problemDetails = copyable(error);
                emit changed();
                return;
            }
            const bool intoHouse = membership();
            const auto room = m_preview.room;
            dismiss();
            if (intoHouse) {
                emit joinedHouse(server);
            } else {
                m_client.enterKnown(server.toStdString(), room, chosen.toStdString());
                emit entered(server);
            }
        }, Qt::QueuedConnection);
    });
}

void InvitationModel::dismiss() {
    ++m_question;
    m_step = 0;
    m_looking = false;
    m_busy = false;
    m_link.clear();
    emit changed();
}

}  // namespace parlour::ui
