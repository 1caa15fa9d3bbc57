// SPDX-License-Identifier: Apache-2.0
// Where the person's key lies, for the settings page: in the desktop's keychain or in a file, and the way from one to the other.
// What moves it comes from the program (app/desktop/person_home.h). Thread: UI.
#pragma once

#include <QObject>
#include <QString>

#include <functional>

#include "core/base/error.h"

namespace parlour::ui {

class KeyPlace : public QObject {
    Q_OBJECT
    Q_PROPERTY(bool inKeychain READ inKeychain NOTIFY changed)
    Q_PROPERTY(bool movable READ movable NOTIFY changed)   ///< there may be a keychain, and this home may use it
    Q_PROPERTY(QString folder READ folder CONSTANT)
    Q_PROPERTY(QString problem READ problem NOTIFY changed)

  public:
    using Move = std::function<base::Result<void>(bool intoKeychain)>;
    KeyPlace(QString folder, bool inKeychain, bool movable, QString problem, Move move, QObject* parent = nullptr)
        : QObject(parent), m_folder(std::move(folder)), m_inKeychain(inKeychain), m_movable(movable), m_problem(std::move(problem)), m_move(std::move(move)) {}

    bool inKeychain() const { return m_inKeychain; }
    bool movable() const { return m_movable; }
    QString folder() const { return m_folder; }
    QString problem() const { return m_problem; }

    Q_INVOKABLE void moveToKeychain() { move(true); }
    Q_INVOKABLE void keepInFile() { move(false); }

  signals:
    void changed();

  private:
    void move(bool intoKeychain) {
        if (!m_movable || intoKeychain == m_inKeychain) return;
        const auto done = m_move(intoKeychain);
        m_problem = done ? QString() : QString::fromStdString(done.error().message + " " + done.error().advice);
        if (done) m_inKeychain = intoKeychain;
        emit changed();
    }

    const QString m_folder;
    bool m_inKeychain;
    const bool m_movable;
    QString m_problem;
    const Move m_move;
};

}  // namespace parlour::ui
