//! The paths of a source file that lead to modules of the same crate.
//!
//! Tokens suffice for that, and unlike a syntax tree they include the arguments of macros.

use std::str::FromStr as _;

use proc_macro2::{Delimiter, Group, LexError, Literal, Spacing, TokenStream, TokenTree};

/// A path to something in the same crate.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) line: usize,
    /// As written, with a group resolved to one of its members.
    pub(crate) written: String,
    /// Segments from the crate's root.
    pub(crate) target: Vec<String>,
}

/// The paths of `source`, the text of the module `module`.
pub(crate) fn imports(source: &str, module: &[String]) -> Result<Vec<Import>, LexError> {
    let tokens: Vec<TokenTree> = TokenStream::from_str(source)?.into_iter().collect();
    let mut reader = Reader { line: None, imports: Vec::new() };
    reader.read(&tokens, &Scope::new(module.to_vec(), &tokens));
    Ok(reader.imports)
}

/// The meaning of names at some place in a file.
struct Scope {
    module: Vec<String>,
    /// The modules declared in it, whose names begin relative paths.
    children: Vec<String>,
}

impl Scope {
    fn new(module: Vec<String>, tokens: &[TokenTree]) -> Self {
        let declarations = tokens.windows(2).filter(|pair| is_ident(pair.first(), "mod"));
        let children = declarations.filter_map(|pair| ident(pair.get(1))).collect();
        Self { module, children }
    }

    /// The module that the first segment of a path denotes.
    fn resolve(&self, first: &str) -> Option<Vec<String>> {
        let mut module = self.module.clone();
        match first {
            "crate" => module.clear(),
            "self" => {}
            "super" => _ = module.pop(),
            child if self.children.iter().any(|known| known == child) => {
                module.push(child.to_owned());
            }
            _ => return None,
        }
        Some(module)
    }
}

struct Reader {
    /// The line to report instead of the tokens' own, which is wrong inside a string.
    line: Option<usize>,
    imports: Vec<Import>,
}

impl Reader {
    fn read(&mut self, tokens: &[TokenTree], scope: &Scope) {
        let mut index = 0;
        while let Some(token) = tokens.get(index) {
            let next = index + 1;
            match token {
                TokenTree::Group(group) => {
                    let inner = trees(group);
                    if is_attribute(tokens, index) && !is_ident(inner.first(), "doc") {
                        self.read_strings(&inner, scope);
                    }
                    // `pub(in crate::a)` limits who may use an item, and imports nothing.
                    if !is_ident(inner.first(), "in") {
                        self.read(&inner, scope);
                    }
                }
                TokenTree::Ident(word) if word == "mod" => {
                    if let (Some(name), Some(TokenTree::Group(body))) =
                        (ident(tokens.get(next)), tokens.get(next + 1))
                    {
                        let inner = trees(body);
                        let module = scope.module.iter().cloned().chain([name]).collect();
                        self.read(&inner, &Scope::new(module, &inner));
                        index = next + 2;
                        continue;
                    }
                }
                TokenTree::Ident(word) if is_separator(tokens, next) => {
                    let first = plain(&word.to_string());
                    // After a leading `::` comes the name of another crate.
                    let is_ours = index < 2 || !is_separator(tokens, index - 2);
                    let target = scope.resolve(&first).filter(|_| is_ours);
                    let path = target.map(|target| Path { written: first, target });
                    index = self.follow(tokens, index, path);
                    continue;
                }
                // `use crate as a` would give every room a name that the rules cannot see.
                TokenTree::Ident(word) if word == "crate" && is_ident(tokens.get(next), "as") => {
                    let written = word.to_string();
                    self.follow(tokens, index, Some(Path { written, target: Vec::new() }));
                }
                _ => {}
            }
            index = next;
        }
    }

    /// Follows a path from the segment at `index`, and returns the index after it. A path that leads
    /// out of the crate, which is `None`, is only skipped.
    fn follow(&mut self, tokens: &[TokenTree], mut index: usize, mut path: Option<Path>) -> usize {
        let line = self.line.unwrap_or_else(|| tokens[index].span().start().line);
        while is_separator(tokens, index + 1) {
            index += 3;
            if let Some(TokenTree::Group(group)) = tokens.get(index)
                && group.delimiter() == Delimiter::Brace
            {
                if let Some(path) = path {
                    self.members(&trees(group), &path);
                }
                return index + 1;
            }
            let Some(segment) = ident(tokens.get(index)) else { break };
            path = path.map(|path| path.join(segment));
        }
        self.imports.extend(path.map(|Path { written, target }| Import { line, written, target }));
        index + 1
    }

    /// The members of a group in a `use` declaration.
    fn members(&mut self, tokens: &[TokenTree], path: &Path) {
        for member in tokens.split(|token| is_punct(Some(token), ',')) {
            let Some(first) = member.first() else { continue };
            // A `*` means everything in the module that the path leads to.
            let path = match ident(Some(first)) {
                Some(segment) => path.clone().join(segment),
                None => path.clone(),
            };
            self.follow(member, 0, Some(path));
        }
    }

    /// Paths in the strings of an attribute, such as `#[serde(with = "crate::a")]`.
    fn read_strings(&mut self, tokens: &[TokenTree], scope: &Scope) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.read_strings(&trees(group), scope),
                TokenTree::Literal(literal) => {
                    if let Some(tokens) = tokens_of_string(literal) {
                        let line = self.line.replace(literal.span().start().line);
                        self.read(&tokens, scope);
                        self.line = line;
                    }
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
        }
    }
}

/// A path that is being followed.
#[derive(Clone)]
struct Path {
    written: String,
    target: Vec<String>,
}

impl Path {
    fn join(mut self, segment: String) -> Self {
        self.written = format!("{}::{segment}", self.written);
        match &*segment {
            "self" => {}
            "super" => _ = self.target.pop(),
            _ => self.target.push(segment),
        }
        self
    }
}

fn trees(group: &Group) -> Vec<TokenTree> {
    group.stream().into_iter().collect()
}

fn ident(token: Option<&TokenTree>) -> Option<String> {
    match token {
        Some(TokenTree::Ident(ident)) => Some(plain(&ident.to_string())),
        _ => None,
    }
}

/// An identifier without the prefix `r#`.
fn plain(ident: &str) -> String {
    ident.strip_prefix("r#").unwrap_or(ident).to_owned()
}

fn is_ident(token: Option<&TokenTree>, text: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(ident)) if ident == text)
}

fn is_punct(token: Option<&TokenTree>, character: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == character)
}

/// Whether there is a `::` at `index`.
fn is_separator(tokens: &[TokenTree], index: usize) -> bool {
    let is_joint = matches!(
        tokens.get(index),
        Some(TokenTree::Punct(punct)) if punct.as_char() == ':' && punct.spacing() == Spacing::Joint
    );
    is_joint && is_punct(tokens.get(index + 1), ':')
}

/// Whether the group at `index` is that of `#[…]` or `#![…]`.
fn is_attribute(tokens: &[TokenTree], index: usize) -> bool {
    let before = |distance| index.checked_sub(distance).and_then(|before| tokens.get(before));
    is_punct(before(1), '#') || (is_punct(before(1), '!') && is_punct(before(2), '#'))
}

fn tokens_of_string(literal: &Literal) -> Option<Vec<TokenTree>> {
    let text = literal.to_string();
    let text = text.strip_prefix('"')?.strip_suffix('"')?;
    Some(TokenStream::from_str(text).ok()?.into_iter().collect())
}
