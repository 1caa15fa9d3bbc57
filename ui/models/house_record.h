// SPDX-License-Identifier: Apache-2.0
// One thing of a house as a page shows it: asked when its path is set, and again on refresh(). Thread: UI.
#pragma once

#include <QJSValue>
#include <QQmlParserStatus>
#include <QString>
#include <QVariantMap>
#include <QtQml/qqmlregistration.h>

#include "ui/models/house_model.h"

namespace parlour::ui {

class HouseRecord : public QObject, public QQmlParserStatus {
    Q_OBJECT
    QML_ELEMENT
    Q_INTERFACES(QQmlParserStatus)
    Q_PROPERTY(QString path READ path WRITE setPath NOTIFY pathChanged)   ///< empty = nothing is asked, the value is empty
    Q_PROPERTY(bool inRoom MEMBER m_inRoom NOTIFY pathChanged)            ///< asks the house of the room one is in; set at the start
    Q_PROPERTY(QVariantMap value READ value NOTIFY changed)
    Q_PROPERTY(bool loaded READ loaded NOTIFY changed)
    Q_PROPERTY(bool busy READ busy NOTIFY changed)
    Q_PROPERTY(QString problem READ problem NOTIFY changed)

  public:
    using QObject::QObject;
    void classBegin() override {}
    void componentComplete() override;
    QString path() const { return m_path; }
    void setPath(const QString& path);
    QVariantMap value() const { return m_value; }
    bool loaded() const { return m_loaded; }
    bool busy() const { return m_busy; }
    QString problem() const { return m_problem; }

    Q_INVOKABLE void refresh();
    /// Changes it; an answer that is not empty becomes the value.
    Q_INVOKABLE void post(const QString& path, const QVariantMap& body);

  signals:
    void pathChanged();
    void changed();
    /// A post went through.
    void saved();

  private:
    void ask(const QString& path, const QVariantMap* body);

    HouseModel* m_house = nullptr;
    bool m_inRoom = false;
    QString m_path;
    QVariantMap m_value;
    QString m_problem;
    bool m_loaded = false;
    bool m_busy = false;
    int m_round = 0;
};

}  // namespace parlour::ui
