import type {
  RemoteReceiver,
  RemoteReceiverAttachableChild,
  RemoteReceiverAttachableFragment,
} from '@remote-ui/core';

/** Draws the components of an extension, and draws them again after each change. */
export function draw({ attached, on }: RemoteReceiver, into: HTMLElement): void {
  let planned = false;
  const drawLater = (): void => {
    if (planned) return;
    planned = true;
    requestAnimationFrame(() => {
      planned = false;
      into.replaceChildren(...attached.root.children.map(nodeOf));
    });
  };
  const watched = new Set<unknown>();

  function nodeOf(child: RemoteReceiverAttachableChild): Node {
    watch(child);
    if ('text' in child) return document.createTextNode(child.text);
    const { type, props, children } = child as {
      type: string;
      props: Record<string, unknown>;
      children: RemoteReceiverAttachableChild[];
    };
    const element = document.createElement(type === 'Button' ? 'button' : 'section');
    element.className = `${type} ${textOf(props['type'])}`;
    for (const key of ['title', 'description']) {
      if (typeof props[key] === 'string') element.append(textElement(key, props[key]));
    }
    const { banner, onPress } = props;
    if (isFragment(banner)) {
      watch(banner);
      element.append(...banner.children.map(nodeOf));
    }
    if (isCallback(onPress)) element.addEventListener('click', () => void onPress()); // the extension shows its failures
    element.append(...children.map(nodeOf));
    return element;
  }

  function watch(node: RemoteReceiverAttachableChild | RemoteReceiverAttachableFragment): void {
    if (watched.has(node.id)) return;
    watched.add(node.id);
    attached.subscribe(node, drawLater);
  }

  on('mount', drawLater);
  attached.subscribe(attached.root, drawLater);
}

function textElement(className: string, text: string): HTMLElement {
  const element = document.createElement(className === 'title' ? 'h2' : 'p');
  element.className = className;
  element.textContent = text;
  return element;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isFragment(value: unknown): value is RemoteReceiverAttachableFragment {
  return typeof value === 'object' && value !== null && 'children' in value;
}

function isCallback(value: unknown): value is () => unknown {
  return typeof value === 'function';
}
