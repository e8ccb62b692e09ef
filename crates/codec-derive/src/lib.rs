//! The derives of `codec`: fields in their order, an enum's number of its variant first. `#[codec(skip)]` leaves a field of
//! a struct out, which is its default when it is read.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use syn::{
    Data, DataEnum, DeriveInput, Error, Field, Fields, Generics, Ident, Index, Path, parse_macro_input,
    parse_quote, spanned::Spanned,
};

/// See `codec::Encode`.
#[proc_macro_derive(Encode, attributes(codec))]
pub fn derive_encode(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    encode(&input).unwrap_or_else(Error::into_compile_error).into()
}

/// See `codec::Decode`.
#[proc_macro_derive(Decode, attributes(codec))]
pub fn derive_decode(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    decode(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn encode(input: &DeriveInput) -> Result<TokenStream, Error> {
    let body = match &input.data {
        Data::Struct(data) => {
            let mut fields = Vec::new();
            for (at, field) in data.fields.iter().enumerate() {
                if !is_skipped(field)? {
                    let name = member(field, at);
                    fields.push(quote!(::codec::Encode::encode(&self.#name, __to);));
                }
            }
            quote!(#(#fields)*)
        }
        Data::Enum(data) => {
            let arms = numbered(data)?.map(|(number, variant)| {
                let name = &variant.ident;
                let (bound, pattern) = bind(&variant.fields);
                quote!(Self::#name #pattern => {
                    ::codec::tag(#number, __to);
                    #(::codec::Encode::encode(#bound, __to);)*
                })
            });
            quote!(match self { #(#arms)* })
        }
        Data::Union(_) => return Err(Error::new(input.span(), "a union cannot tell what is in it")),
    };
    let head = head(input, &parse_quote!(::codec::Encode));
    Ok(quote! {
        #[automatically_derived]
        #head {
            fn encode(&self, __to: &mut ::std::vec::Vec<u8>) { #body }
        }
    })
}

fn decode(input: &DeriveInput) -> Result<TokenStream, Error> {
    let body = match &input.data {
        Data::Struct(data) => {
            let fields = build(&data.fields)?;
            quote!(Self { #fields })
        }
        Data::Enum(data) => {
            let count = Literal::usize_unsuffixed(data.variants.len());
            let mut arms = Vec::new();
            for (number, variant) in numbered(data)? {
                let (name, fields) = (&variant.ident, build(&variant.fields)?);
                // The first is also what is built, of nothing, when there is no such number.
                let pattern = if arms.is_empty() { quote!(_) } else { quote!(#number) };
                arms.push(quote!(#pattern => Self::#name { #fields },));
            }
            arms.reverse();
            quote!(match __from.tag(#count) { #(#arms)* })
        }
        Data::Union(_) => return Err(Error::new(input.span(), "a union cannot tell what is in it")),
    };
    let head = head(input, &parse_quote!(::codec::Decode));
    Ok(quote! {
        #[automatically_derived]
        #head {
            fn decode(__from: &mut ::codec::Reader<'_>) -> Self { #body }
        }
    })
}

/// `impl Encode for Name`, where whatever its type parameters stand for can do it too.
fn head(input: &DeriveInput, which: &Path) -> TokenStream {
    let mut generics: Generics = input.generics.clone();
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(parse_quote!(#which));
    }
    let name = &input.ident;
    let (parameters, arguments, conditions) = generics.split_for_impl();
    quote!(impl #parameters #which for #name #arguments #conditions)
}

/// The variants with their numbers, which take one byte.
fn numbered(data: &DataEnum) -> Result<impl Iterator<Item = (Literal, &syn::Variant)>, Error> {
    if data.variants.is_empty() || data.variants.len() > 128 {
        return Err(Error::new(data.enum_token.span(), "it takes 1 to 128 variants"));
    }
    Ok((0..).map(Literal::u8_unsuffixed).zip(&data.variants))
}

/// What the fields of a variant are bound to, and the pattern that does it.
fn bind(fields: &Fields) -> (Vec<Ident>, TokenStream) {
    let bound: Vec<Ident> = (0..fields.len()).map(|at| format_ident!("__field{at}")).collect();
    let names = fields.iter().enumerate().map(|(at, field)| member(field, at));
    let pattern = quote!({ #(#names: #bound),* });
    (bound, pattern)
}

/// The fields of a struct or a variant, as they are read.
fn build(fields: &Fields) -> Result<TokenStream, Error> {
    let mut built = TokenStream::new();
    for (at, field) in fields.iter().enumerate() {
        let name = member(field, at);
        built.extend(match is_skipped(field)? {
            true => quote!(#name: ::std::default::Default::default(),),
            false => quote!(#name: ::codec::Decode::decode(__from),),
        });
    }
    Ok(built)
}

/// The name of a field, or its number.
fn member(field: &Field, at: usize) -> TokenStream {
    match &field.ident {
        Some(name) => quote!(#name),
        None => {
            let at = Index::from(at);
            quote!(#at)
        }
    }
}

fn is_skipped(field: &Field) -> Result<bool, Error> {
    let mut skipped = false;
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("codec")) {
        attribute.parse_nested_meta(|meta| {
            skipped = meta.path.is_ident("skip");
            if skipped { Ok(()) } else { Err(meta.error("all there is is `skip`")) }
        })?;
    }
    Ok(skipped)
}
