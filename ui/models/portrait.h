// SPDX-License-Identifier: Apache-2.0
// A person's picture: the house hands it out as a small JPEG of its own making, which is asked for once somebody looks at it and
// kept as long as there is room (picture_cache.h); and the way by which a file of this computer becomes what the house takes.
// Thread: UI.
#pragma once

#include <QImage>
#include <QQuickPaintedItem>
#include <QTimer>
#include <QtQml/qqmlregistration.h>

#include "ui/models/house_model.h"

namespace parlour::ui {

class AppModel;

/// Draws the picture over an avatar once it is there; nothing before, and nothing when there is none.
class Portrait : public QQuickPaintedItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QString identity MEMBER m_identity NOTIFY wanted)
    Q_PROPERTY(double stamp MEMBER m_stamp NOTIFY wanted)       ///< api::Profile::pictureMs; 0 = no picture
    Q_PROPERTY(bool inRoom MEMBER m_inRoom NOTIFY wanted)       ///< asks the house of the room one is in
    Q_PROPERTY(QString file MEMBER m_file NOTIFY wanted)        ///< of this computer, instead of the house's
    Q_PROPERTY(double corner MEMBER m_corner NOTIFY cornerChanged)
    Q_PROPERTY(bool shown READ shown NOTIFY shownChanged)
  public:
    explicit Portrait(QQuickItem* parent = nullptr);
    bool shown() const { return !m_image.isNull(); }
    void paint(QPainter* painter) override;
    void componentComplete() override;

  signals:
    void wanted();
    void cornerChanged();
    void shownChanged();

  private:
    void ask();
    void put(QImage image);
    AppModel* app() const;

    QString m_identity;
    QString m_file;
    double m_stamp = 0;
    double m_corner = 0.3;   ///< of the side
    bool m_inRoom = false;
    QImage m_image;
    QTimer m_pause;          ///< what is scrolled past is not asked for
};

/// A picture file as profile/picture takes it. One that is too large for the house is made smaller here.
class PictureFile : public QObject {
    Q_OBJECT
    QML_ELEMENT
  public:
    using QObject::QObject;
    /// {data} in base64url, or {problem} in words.
    Q_INVOKABLE QVariantMap read(const QString& path) const;
};

}  // namespace parlour::ui
