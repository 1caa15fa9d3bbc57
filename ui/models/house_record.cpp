// SPDX-License-Identifier: Apache-2.0
#include "ui/models/house_record.h"

#include <QQmlEngine>

#include "ui/models/app_model.h"
#include "ui/models/words.h"

namespace parlour::ui {

void HouseRecord::componentComplete() {
    const auto* engine = qmlEngine(this);
    auto* app = engine ? engine->property("parlourApp").value<AppModel*>() : nullptr;
    if (!app) return;
    m_house = m_inRoom ? app->roomHouse() : app->house();
    connect(m_house, &HouseModel::changed, this, [this, server = m_house->server()]() mutable {
        if (server == m_house->server()) return;
        server = m_house->server();
        refresh();
    });
    refresh();
}

void HouseRecord::setPath(const QString& path) {
    if (path == m_path) return;
    m_path = path;
    m_value.clear();
    m_loaded = false;
    emit pathChanged();
    if (m_house) refresh();
}

void HouseRecord::refresh() {
    ++m_round;
    m_busy = false;
    m_problem.clear();
    if (m_path.isEmpty() || !m_house) {
        m_value.clear();
        m_loaded = false;
        emit changed();
        return;
    }
    ask(m_path, nullptr);
}

void HouseRecord::post(const QString& path, const QVariantMap& body) {
    if (m_house) ask(path, &body);
}

void HouseRecord::ask(const QString& path, const QVariantMap* body) {
    m_busy = true;
    emit changed();
    m_house->ask(path, body, this, [this, round = m_round, changes = body != nullptr](base::Result<QVariantMap> answer) {
        if (round != m_round) return;
        m_busy = false;
        m_problem.clear();
        if (answer) {
            if (!changes || !answer->isEmpty()) m_value = *answer;
            m_loaded = true;
        } else {
            m_problem = text(answer.error().advice.empty() ? answer.error().message
                                                           : answer.error().message + " " + answer.error().advice);
        }
        emit changed();
        if (answer && changes) {
            m_house->noteChange();
            emit saved();
        }
    });
}

}  // namespace parlour::ui
