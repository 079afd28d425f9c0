//! Pull requests and merge requests: where they are, and what their preview store is called.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::store::{NAME_MAX, StoreName};

/// Whose words are spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ForgeKind {
    Github,
    Gitlab,
}

impl ForgeKind {
    /// How a reader knows it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Gitlab => "gitlab",
        }
    }

    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Github => "GitHub",
            Self::Gitlab => "GitLab",
        }
    }

    /// What stands between a repository and the number of a request: `octo/shop#12`, `octo/shop!12`.
    fn mark(self) -> char {
        match self {
            Self::Github => '#',
            Self::Gitlab => '!',
        }
    }
}

/// One pull request (GitHub) or merge request (GitLab).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Thread {
    pub forge: ForgeKind,
    /// Whole name: `octo/shop`, `group/sub/shop`.
    pub repository: String,
    pub number: u64,
}

/// Hex digits that tell repositories of one name apart.
const DIGEST: usize = 6;

impl Thread {
    /// The title of its preview store, which is how the store is known as this one's.
    #[must_use]
    pub fn title(&self) -> String {
        let whole = format!("{}{}{}", self.repository, self.forge.mark(), self.number);
        // A title has 80 characters; what is cut still ends in what tells it from others.
        match whole.char_indices().rev().nth(TITLE - 1) {
            Some((0, _)) | None => whole,
            Some(_) => {
                let short: String = whole.chars().take(TITLE - DIGEST - 1).collect();
                format!("{short} {}", self.digest())
            }
        }
    }

    /// What its preview store may be called, the best one first: `pr-<number>-<repository>`, then the same with a few
    /// digits that are this repository's own, for when the first belongs to another one of the same name. Only the
    /// second where the repository's name had to be changed to become a store's.
    #[must_use]
    pub fn store_names(&self) -> Vec<StoreName> {
        let name = self.repository.rsplit('/').next().unwrap_or_default();
        let lower = name.to_ascii_lowercase();
        let good: String = lower.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let (plain, digest) = (format!("pr-{}-{good}", self.number), self.digest());
        let room = NAME_MAX - DIGEST - 1;
        let cut = plain.chars().take(room).collect::<String>();
        let own = format!("{}-{digest}", cut.trim_end_matches('-'));
        let first = StoreName::parse(&plain).ok().filter(|_| good == lower);
        first.into_iter().chain(StoreName::parse(&own).ok()).collect()
    }

    /// Of the repository, which forges know by any spelling of capitals.
    fn digest(&self) -> String {
        let whole = format!("{}{}{}", self.repository.to_ascii_lowercase(), self.forge.mark(), self.number);
        let mut digest = hex::encode(Sha256::digest(whole));
        digest.truncate(DIGEST);
        digest
    }
}

/// Longest title of a preview, in characters.
const TITLE: usize = super::command::TITLE_MAX;

#[cfg(test)]
mod tests {
    use super::*;

    fn names(repository: &str, number: u64) -> Vec<String> {
        let thread = Thread { forge: ForgeKind::Github, repository: repository.to_owned(), number };
        thread.store_names().iter().map(|name| name.as_str().to_owned()).collect()
    }

    #[test]
    fn a_preview_is_called_after_its_pull_request() {
        let [plain, own] = names("octo/shop", 12).try_into().unwrap();
        assert_eq!(plain, "pr-12-shop");
        assert!(own.starts_with("pr-12-shop-") && own.len() == 17, "{own}");
        assert_eq!(names("octo/Shop", 12)[0], "pr-12-shop");
        assert_ne!(names("acme/shop", 12)[1], own);
        assert_eq!(names("OCTO/shop", 12)[1], own);
    }

    #[test]
    fn a_name_that_had_to_be_changed_has_digits_of_its_own() {
        for repository in
            ["octo/my.shop", "octo/my_shop", "octo/a-very-long-name-of-a-repository-that-goes-on", "octo/shop-"]
        {
            let names = names(repository, 7);
            assert_eq!(names.len(), 1, "{repository}: {names:?}");
            assert!(names[0].len() <= NAME_MAX && names[0].starts_with("pr-7-"), "{names:?}");
        }
        assert_ne!(names("octo/my.shop", 7), names("octo/my_shop", 7));
        assert_eq!(names("octo/...", u64::MAX).len(), 1);
    }

    #[test]
    fn a_title_tells_requests_apart() {
        let title = |repository: &str, forge| Thread { forge, repository: repository.to_owned(), number: 3 }.title();
        assert_eq!(title("octo/shop", ForgeKind::Github), "octo/shop#3");
        assert_eq!(title("octo/shop", ForgeKind::Gitlab), "octo/shop!3");
        let long = |end: &str| title(&format!("{}{end}", "x".repeat(90)), ForgeKind::Gitlab);
        assert!(long("a").chars().count() <= TITLE && long("a") != long("b"));
    }
}
