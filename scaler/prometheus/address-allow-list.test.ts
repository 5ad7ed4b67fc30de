import assert from 'node:assert/strict';
import type { ScalerError } from '../shared/errors.js';
import { AddressAllowList } from './address-allow-list.js';

const list = new AddressAllowList([
  'http://prometheus:9090',
  'https://thanos.example.com:443',
  'http://*.monitoring.svc:9090',
  'http://127.0.0.1:9090',
  'http://10.1.0.0/16:9090',
  'https://[fd00::]/8:8443',
]);

describe('AddressAllowList', () => {
  for (const [address, href] of [
    ['http://prometheus:9090', 'http://prometheus:9090/'],
    ['http://PROMETHEUS:9090/', 'http://prometheus:9090/'],
    ['http://prometheus:9090/prometheus', 'http://prometheus:9090/prometheus'],
    ['https://thanos.example.com', 'https://thanos.example.com/'],
    ['https://thanos.example.com:443/x', 'https://thanos.example.com/x'],
    ['http://a.monitoring.svc:9090', 'http://a.monitoring.svc:9090/'],
    ['http://b.a.monitoring.svc:9090', 'http://b.a.monitoring.svc:9090/'],
    ['http://0x7f.1:9090', 'http://127.0.0.1:9090/'],
    ['http://2130706433:9090', 'http://127.0.0.1:9090/'],
    ['http://10.1.255.3:9090', 'http://10.1.255.3:9090/'],
    ['http://[::ffff:10.1.2.3]:9090', 'http://[::ffff:a01:203]:9090/'],
    ['https://[fd12:0:0::1]:8443', 'https://[fd12::1]:8443/'],
  ])
    it(`admits ${address}`, () => {
      assert.equal(list.admit(address!).url.href, href);
    });

  for (const address of [
    'http://prometheus',
    'http://prometheus:9091',
    'https://prometheus:9090',
    'http://prometheus:90900',
    'ftp://prometheus:9090',
    'file:///etc/passwd',
    'prometheus:9090',
    '//prometheus:9090',
    '',
    'https://thanos.example.com.evil.org',
    'https://evil-thanos.example.com',
    'https://thanos.example.com.',
    'https://thanos.example.com:9443',
    'https://monitoring.svc:9090',
    'http://127.0.0.2:9091',
    'https://127.0.0.1:9090',
    'https://[::1]:8443',
    'https://[fe80::1]:8443',
    'https://[::ffff:10.1.2.3]:8443',
    'https://[fd12::1]',
    'https://10.1.2.3:9090',
    'http://prometheus:9090@evil.org:80',
    'http://evil.org:80\\@prometheus:9090',
    'http://user@prometheus:9090',
    'http://:secret@prometheus:9090',
    'http://prometheus:9090?x=1',
    'http://prometheus:9090#x',
  ])
    it(`refuses ${JSON.stringify(address)}`, () => {
      assert.throws(
        () => list.admit(address),
        (error: ScalerError) => {
          assert.equal(error.kind, 'invalid');
          assert.doesNotMatch(error.message, /secret|user@/);
          return true;
        },
      );
    });

  it('admits a name that only a network can cover with a check of what it resolves to', () => {
    const { isAllowedIp } = list.admit('http://somewhere.else:9090');
    assert.deepEqual(
      ['10.1.2.3', '::ffff:10.1.2.3', '10.2.0.1', '127.0.0.1', '169.254.169.254', '::1', 'fd00::1'].map(
        isAllowedIp,
      ),
      [true, true, false, false, false, false, false],
    );
    // The other network is listed with https and its port only.
    assert.equal(list.admit('https://somewhere.else:8443').isAllowedIp('fd00::1'), true);
    assert.equal(list.admit('https://somewhere.else:8443').isAllowedIp('10.1.2.3'), false);
    assert.throws(() => list.admit('http://somewhere.else:9091'), { kind: 'invalid' });
  });

  it('admits a listed name wherever it resolves to, but not to this machine or its link', () => {
    const named = new AddressAllowList([
      'http://prometheus:9090',
      'http://*.example.com:9090',
      'http://127.0.0.1:8428',
      'http://*.example.com:8428',
    ]);
    for (const address of ['http://prometheus:9090', 'http://a.example.com:9090']) {
      const { isAllowedIp } = named.admit(address);
      for (const ip of [
        '10.1.2.3',
        '192.168.1.1',
        '203.0.113.7',
        '::ffff:10.1.2.3',
        'fd00::1',
        '2001:db8::1',
      ])
        assert.equal(isAllowedIp(ip), true, ip);
      for (const ip of [
        '127.0.0.1',
        '127.1.2.3',
        '::1',
        '::ffff:127.0.0.1',
        '::ffff:7f00:1',
        '0.0.0.0',
        '::',
        '169.254.169.254',
        '::ffff:169.254.169.254',
        '::ffff:a9fe:a9fe',
        'fe80::1',
        'fe80::1%eth0',
        'fd00:ec2::254',
        '100.100.100.200',
        '168.63.129.16',
        '224.0.0.1',
        '255.255.255.255',
        'ff02::1',
      ])
        assert.equal(isAllowedIp(ip), false, ip);
    }
    const { isAllowedIp } = named.admit('http://a.example.com:8428');
    assert.equal(isAllowedIp('127.0.0.1'), true, 'this machine is listed with that port');
    assert.equal(isAllowedIp('127.0.0.2'), false);
    const local = new AddressAllowList(['http://localhost:9090']).admit('http://localhost:9090');
    assert.equal(local.isAllowedIp('::1'), true);
    assert.equal(local.isAllowedIp('169.254.169.254'), false);
  });

  it('says what is allowed', () => {
    assert.throws(() => list.admit('http://evil.org'), {
      message:
        'http://evil.org is not on the list of addresses that triggers may use (http://prometheus:9090, https://thanos.example.com:443, http://*.monitoring.svc:9090, http://127.0.0.1:9090, http://10.1.0.0/16:9090 and 1 more); use one of these, a named source, or ask the operator to allow it',
    });
    assert.throws(() => new AddressAllowList([]).admit('http://evil.org'), { message: /\(it is empty\)/ });
  });

  for (const entry of [
    'prometheus:9090',
    'http://',
    'http://*',
    'http://*:9090',
    'http://a*.b',
    'http://a.*.b',
    'http://10.0.0.0/33',
    'http://[fd00::]/129',
    'http://prometheus/8',
    'http://*.10.0.0.0/8',
    'http://user:pass@prometheus',
    'http://prometheus:9090/api',
    'http://prometheus:99999',
    'ftp://prometheus',
  ])
    it(`is not made with the entry ${entry}`, () => {
      assert.throws(
        () => new AddressAllowList([entry]),
        (error: ScalerError) => {
          assert.equal(error.kind, 'invalid');
          assert.match(error.message, /expected http:\/\/host:port/);
          assert.doesNotMatch(error.message, /pass@/);
          return true;
        },
      );
    });
});
