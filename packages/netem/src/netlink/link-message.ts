import type { ObservedLink } from '../kernel/observed';
import type { MessageReader } from './attributes';
import { flag, type Request } from './message';

/** RTM_* of linux/rtnetlink.h, for links. */
export const linkMessage = { newLink: 16, deleteLink: 17, getLink: 18 } as const;

/** IFLA_* of linux/if_link.h. */
const linkAttribute = { name: 3, linkInfo: 18 } as const;
const infoKind = 1;

/** IFF_UP of linux/if.h. */
const up = 0x1;

/** struct ifinfomsg of linux/rtnetlink.h. */
const linkHeadLength = 16;

export interface Link extends ObservedLink {
  readonly index: number;
  readonly name: string;
}

/** A new device, set up at once. */
export function addLink(name: string, kind: string): Request {
  return {
    type: linkMessage.newLink,
    flags: flag.create | flag.exclusive,
    body: (writer) =>
      writer
        .u32(0, 0, up, up)
        .attribute(linkAttribute.name, (value) => value.text(name))
        .attribute(linkAttribute.linkInfo, (info) =>
          info.attribute(infoKind, (value) => value.u8(...Buffer.from(kind))),
        ),
  };
}

/** Sets a device up that is there. */
export function setLinkUp(name: string): Request {
  return {
    type: linkMessage.newLink,
    flags: 0,
    body: (writer) => writer.u32(0, 0, up, up).attribute(linkAttribute.name, (value) => value.text(name)),
  };
}

export function deleteLink(name: string): Request {
  return { type: linkMessage.deleteLink, flags: 0, body: byName(name) };
}

export function getLink(name: string): Request {
  return { type: linkMessage.getLink, flags: 0, body: byName(name) };
}

export function getLinkByIndex(index: number): Request {
  return { type: linkMessage.getLink, flags: 0, body: (writer) => writer.u32(0, index, 0, 0) };
}

function byName(name: string): Request['body'] {
  return (writer) => writer.u32(0, 0, 0, 0).attribute(linkAttribute.name, (value) => value.text(name));
}

export function readLink(body: MessageReader): Link {
  const attributes = body.attributes(linkHeadLength);
  return {
    index: body.u32(4),
    name: attributes.get(linkAttribute.name)?.text() ?? '',
    kind: attributes.get(linkAttribute.linkInfo)?.attributes().get(infoKind)?.text() ?? '',
    up: (body.u32(8) & up) !== 0,
  };
}
