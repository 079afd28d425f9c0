//! The certificates of a local control plane: one CA, one server certificate for
//! loopback, one client certificate of an administrator, one key pair that signs
//! service-account tokens. Made once per data folder and kept with it, because tokens
//! and kubeconfigs of an earlier start must stay valid.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};

use crate::layout::{private_dir, write_private};

/// The names the API server answers to; the addresses are those of loopback, of a real node and of the Service.
const SERVER_NAMES: [&str; 6] =
    ["127.0.0.1", "localhost", "kubernetes", "kubernetes.default.svc", "10.244.0.1", "10.250.0.1"];

/// The files of one control plane's certificates.
#[derive(Clone, Debug)]
pub struct Pki {
    dir: PathBuf,
}

impl Pki {
    /// Opens the certificates in `dir`, making them when they are not all there.
    pub fn ensure(dir: &Path) -> Result<Self> {
        let pki = Self { dir: dir.to_path_buf() };
        // The CA is written last, so its presence means that all the others are there.
        if !pki.ca().is_file() {
            private_dir(dir)?;
            pki.generate().context("the certificates of the control plane cannot be made")?;
        }
        Ok(pki)
    }

    /// Certificate of the CA.
    pub fn ca(&self) -> PathBuf {
        self.dir.join("ca.crt")
    }

    /// Certificate of every listener.
    pub fn server_cert(&self) -> PathBuf {
        self.dir.join("server.crt")
    }

    /// Key of every listener.
    pub fn server_key(&self) -> PathBuf {
        self.dir.join("server.key")
    }

    /// Certificate of the administrator.
    pub fn admin_cert(&self) -> PathBuf {
        self.dir.join("admin.crt")
    }

    /// Key of the administrator.
    pub fn admin_key(&self) -> PathBuf {
        self.dir.join("admin.key")
    }

    /// Key that signs service-account tokens.
    pub fn accounts_key(&self) -> PathBuf {
        self.dir.join("service-accounts.key")
    }

    /// Its public half.
    pub fn accounts_public(&self) -> PathBuf {
        self.dir.join("service-accounts.pub")
    }

    /// The administrator's key and certificate as one PEM, and the CA's certificate.
    pub fn admin_pem(&self) -> Result<(Vec<u8>, Vec<u8>)> {
        let mut identity = self.read("admin.key")?;
        identity.extend(self.read("admin.crt")?);
        Ok((identity, self.read("ca.crt")?))
    }

    /// A kubeconfig with everything inline, so that it can be copied.
    pub fn kubeconfig(&self, server: &str) -> Result<String> {
        let ca = STANDARD.encode(self.read("ca.crt")?);
        let cert = STANDARD.encode(self.read("admin.crt")?);
        let key = STANDARD.encode(self.read("admin.key")?);
        Ok(format!(
            "apiVersion: v1
kind: Config
current-context: storebot-local
contexts:
- name: storebot-local
  context: {{cluster: storebot-local, user: admin}}
clusters:
- name: storebot-local
  cluster:
    server: {server}
    certificate-authority-data: {ca}
users:
- name: admin
  user:
    client-certificate-data: {cert}
    client-key-data: {key}
"
        ))
    }

    fn read(&self, name: &str) -> Result<Vec<u8>> {
        let path = self.dir.join(name);
        fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))
    }

    fn generate(&self) -> Result<()> {
        let ca_key = KeyPair::generate()?;
        let mut ca = CertificateParams::default();
        ca.distinguished_name.push(DnType::CommonName, "storebot-local");
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let ca_cert = ca.self_signed(&ca_key)?;
        let issuer = Issuer::new(ca, ca_key);

        let names: Vec<String> = SERVER_NAMES.map(str::to_owned).into();
        let mut server = CertificateParams::new(names)?;
        server.distinguished_name.push(DnType::CommonName, "kube-apiserver");
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.issue("server", server, &issuer)?;

        let mut admin = CertificateParams::default();
        admin.distinguished_name.push(DnType::CommonName, "storebot-local-admin");
        admin.distinguished_name.push(DnType::OrganizationName, "system:masters");
        admin.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.issue("admin", admin, &issuer)?;

        let accounts = KeyPair::generate()?;
        write_private(&self.accounts_key(), accounts.serialize_pem().as_bytes())?;
        write_private(&self.accounts_public(), accounts.public_key_pem().as_bytes())?;
        write_private(&self.ca(), ca_cert.pem().as_bytes())
    }

    fn issue(&self, name: &str, mut params: CertificateParams, issuer: &Issuer<'_, KeyPair>) -> Result<()> {
        let key = KeyPair::generate()?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let cert = params.signed_by(&key, issuer)?;
        write_private(&self.dir.join(format!("{name}.crt")), cert.pem().as_bytes())?;
        write_private(&self.dir.join(format!("{name}.key")), key.serialize_pem().as_bytes())
    }
}
