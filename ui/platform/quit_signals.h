// SPDX-License-Identifier: Apache-2.0
// SIGTERM, SIGINT and SIGHUP end the program in order: it leaves the room and finishes its files. A second one ends at once.
// Thread: UI. Elsewhere than on Unix it does nothing (the system asks the window).
#pragma once

#include <QObject>

namespace parlour::ui {

class QuitSignals : public QObject {
    Q_OBJECT
  public:
    explicit QuitSignals(QObject* parent = nullptr);
    ~QuitSignals() override;

  signals:
    void asked();
};

}  // namespace parlour::ui
